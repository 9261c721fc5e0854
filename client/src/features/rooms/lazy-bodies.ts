import { LazyModule } from '../../state/lazy-module.js';

/** Pages that few users open, loaded together. */
export const lazyBodies = new LazyModule(() => import('./bodies.js'));

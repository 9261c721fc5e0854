import { LazyModule } from '../../state/lazy-module.js';

/** The profile and the list of sessions, which are no part of the first load. */
export const lazyBodies = new LazyModule(() => import('./bodies.js'));

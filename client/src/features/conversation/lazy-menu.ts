import { LazyModule } from '../../state/lazy-module.js';

/** The menu of a message, which is no part of the first load. */
export const lazyMenu = new LazyModule(() => import('./MessageMenu.js'));

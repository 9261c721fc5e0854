import { LazyCode } from '../../state/lazy-code.js';

/** The menu of a message, which is no part of the first load. */
export const lazyMenu = new LazyCode(() => import('./MessageMenu.js'));

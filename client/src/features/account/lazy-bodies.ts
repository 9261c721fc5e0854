import { LazyCode } from '../../state/lazy-code.js';

/** The profile and the list of sessions, which are no part of the first load. */
export const lazyBodies = new LazyCode(() => import('./bodies.js'));

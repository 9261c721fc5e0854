import { LazyCode } from '../../state/lazy-code.js';

/** The results of a search, which are no part of the first load. */
export const searchBody = new LazyCode(() => import('./SearchBody.js'));

import { LazyModule } from '../../state/lazy-module.js';

/** The results of a search, which are no part of the first load. */
export const searchBody = new LazyModule(() => import('./SearchBody.js'));

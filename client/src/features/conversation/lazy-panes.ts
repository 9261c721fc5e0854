import { LazyModule } from '../../state/lazy-module.js';

/** The contents of the panels next to the history. One file: with more, their common code would no longer be in that of the chat. */
export const lazyPanes = new LazyModule(() => import('./side-panes.js'));

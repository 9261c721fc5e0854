import { LazyCode } from '../../state/lazy-code.js';

/** The contents of the panels next to the history. One file: with more, their common code would no longer be in that of the chat. */
export const lazyPanes = new LazyCode(() => import('./side-panes.js'));

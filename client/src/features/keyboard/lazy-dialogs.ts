import { LazyCode } from '../../state/lazy-code.js';

/** Loaded when one of the dialogs is first opened. */
export const dialogs = new LazyCode(() => import('./dialogs.js'));

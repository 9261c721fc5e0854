import { LazyModule } from '../../state/lazy-module.js';

/** Loaded when one of the dialogs is first opened. */
export const dialogs = new LazyModule(() => import('./dialogs.js'));

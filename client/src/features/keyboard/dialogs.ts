export { Finder } from './Finder.js';
export { ShortcutsDialog } from './ShortcutsDialog.js';

export { FinderResults } from './FinderResults.js';
export { ShortcutsDialog } from './ShortcutsDialog.js';

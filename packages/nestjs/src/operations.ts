/** What an operator's command-line tools need. They open the database without starting an application. */
export { beginEpoch } from './database/begin-epoch.js';
export { copyToPostgres } from './database/copy-to-postgres.js';
export { openDatabase } from './database/open-database.js';
export { type Engine } from './engine/database.js';
export { isPostgres } from './engine/dialect.js';
export { rewriteTables } from './postgres/rewrite-tables.js';
export { backUp, inspect, restore } from './sqlite/sqlite-backup.js';
export { isOpenElsewhere, pathOf } from './sqlite/sqlite-file.js';

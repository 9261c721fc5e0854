import { refuseUnlessSqlite, runCommand } from './command.js';
import { inspect } from './database/sqlite-backup.js';
import { pathOf } from './database/sqlite-file.js';

await runCommand(async (url) => {
  refuseUnlessSqlite(url, 'use pg_amcheck');
  const path = pathOf(url);
  const { head } = inspect(path);
  return `${path} is whole; its last event is ${head}.`;
});

import { StartupError, unwatchTable } from '@carillon/nestjs';
import { runWatchCommand } from './watch-command.js';

const USAGE = 'Usage: npm run unwatch -- --table TABLE';

await runWatchCommand(async (db, [option, table, ...rest]) => {
  if (option !== '--table' || !table || rest.length > 0) throw new StartupError(USAGE);
  await unwatchTable(db, table);
  return `Changes of ${table} no longer cause events.`;
});

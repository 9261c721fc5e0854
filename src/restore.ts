import { resolve } from 'node:path';
import { refuseUnlessSqlite, runCommand } from './command.js';
import { restore } from './database/sqlite-backup.js';
import { pathOf } from './database/sqlite-file.js';
import { StartupError } from './startup-error.js';

await runCommand(async (url, [file, ...rest]) => {
  if (!file || rest.length > 0) throw new StartupError('Usage: npm run restore -- FILE');
  refuseUnlessSqlite(url, 'use pg_restore, and then npm run restored');
  const { head, at } = await restore(resolve(file), pathOf(url));
  return [
    `Restored: everything up to event ${head}${at === null ? '' : ` (${at})`}. What was written later is gone.`,
    'The log has a new epoch: each stream begins with a reset, and its client fetches the snapshot again.',
    'Sessions are those of the backup: users who signed in later sign in again.',
    'Start Carillon now.',
  ].join('\n');
});

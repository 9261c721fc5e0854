import { StartupError } from '@carillon/nestjs';
import { pathOf, restore } from '@carillon/nestjs/operations';
import { resolve } from 'node:path';
import { refuseUnlessSqlite, runCommand } from './command.js';

await runCommand(async ({ DATABASE_URL: url }, [file, ...rest]) => {
  if (!file || rest.length > 0) throw new StartupError('Usage: npm run restore -- FILE');
  refuseUnlessSqlite(url, 'use pg_restore, then npm run restored');
  const { head, at } = await restore(resolve(file), pathOf(url));
  return [
    `Restored everything up to event ${head}${at === null ? '' : ` (${at})`}. Later writes are lost.`,
    'The log has a new epoch: each stream starts with a reset, and its client fetches the snapshot again.',
    'The sessions are those of the backup: users who signed in later must sign in again.',
    'Start Carillon now.',
  ].join('\n');
});

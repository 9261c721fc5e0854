import { resolve } from 'node:path';
import { refuseUnlessSqlite, runCommand } from './command.js';
import { backUp } from './database/sqlite-backup.js';
import { pathOf } from './database/sqlite-file.js';
import { StartupError } from './startup-error.js';

await runCommand(async (url, [file, ...rest]) => {
  if (!file || rest.length > 0) throw new StartupError('Usage: npm run backup -- FILE');
  refuseUnlessSqlite(url, 'use pg_dump');
  const { head } = await backUp(pathOf(url), resolve(file));
  return `${file} holds everything up to event ${head}, and was checked.`;
});

import { StartupError } from '@carillon/nestjs';
import { backUp, pathOf } from '@carillon/nestjs/operations';
import { resolve } from 'node:path';
import { refuseUnlessSqlite, runCommand } from './command.js';

await runCommand(async ({ DATABASE_URL: url }, [file, ...rest]) => {
  if (!file || rest.length > 0) throw new StartupError('Usage: npm run backup -- FILE');
  refuseUnlessSqlite(url, 'use pg_dump');
  const { head } = await backUp(pathOf(url), resolve(file));
  return `Wrote and checked ${file}. It contains everything up to event ${head}.`;
});

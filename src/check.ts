import { inspect, pathOf } from '@carillon/nestjs/operations';
import { refuseUnlessSqlite, runCommand } from './command.js';

await runCommand(async ({ DATABASE_URL: url }) => {
  refuseUnlessSqlite(url, 'use pg_amcheck');
  const path = pathOf(url);
  const { head } = inspect(path);
  return `${path} is not damaged. Its last event is ${head}.`;
});

import { StartupError, watchTable } from '@carillon/nestjs';
import { parseArgs } from 'node:util';
import { runWatchCommand } from './watch-command.js';

const USAGE =
  "Usage: npm run watch -- --table TABLE --topic 'orders/{COLUMN}' [--type 'order.{op}'] [--columns id,status] [--public]";

function parsed(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        table: { type: 'string' },
        topic: { type: 'string' },
        type: { type: 'string' },
        columns: { type: 'string' },
        public: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new StartupError(`${(error as Error).message}\n${USAGE}`);
  }
}

await runWatchCommand(async (db, args) => {
  const { table, topic, type, columns, public: isPublic } = parsed(args);
  if (!table || !topic) throw new StartupError(USAGE);
  await watchTable(db, {
    table,
    topic,
    type,
    columns: columns?.split(','),
    isPrivate: !isPublic,
  });
  return `Every change of ${table} is an event from now on.`;
});

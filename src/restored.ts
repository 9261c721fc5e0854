import { beginEpoch } from '@carillon/nestjs/operations';
import { runCommand } from './command.js';
import { openServerDatabase } from './server-database.js';

await runCommand(async (config) => {
  const engine = await openServerDatabase(config);
  try {
    await beginEpoch(engine);
  } finally {
    await engine.close();
  }
  return 'The log has a new epoch: each stream starts with a reset, and its client fetches the snapshot again.';
});

import { runCommand } from './command.js';
import { openDatabase } from './database/database.module.js';
import { newEpoch } from './database/epoch.js';

await runCommand(async (url) => {
  const engine = await openDatabase(url);
  try {
    await engine.write
      .transaction()
      .execute((db) => db.updateTable('event_log').set({ epoch: newEpoch() }).execute());
  } finally {
    await engine.close();
  }
  return 'The log has a new epoch: each stream gets a reset, and its client fetches the snapshot again.';
});

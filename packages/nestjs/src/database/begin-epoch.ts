import type { Engine } from '../engine/database.js';
import { newEpoch } from '../engine/epoch.js';

/** Gives the log a new epoch, so that every client fetches its snapshot again. Call it while no server is running. */
export async function beginEpoch(engine: Engine): Promise<void> {
  await engine.write
    .transaction()
    .execute((db) => db.updateTable('event_log').set({ epoch: newEpoch() }).execute());
}

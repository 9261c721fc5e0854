import { UnitOfWork } from '@carillon/nestjs';
import type { RunningApplication } from './application.js';
import { until } from './wait.js';

/**
 * Sends a request whose command shares a commit with one that fails after a change: on SQLite it runs twice, and on
 * PostgreSQL once.
 */
export async function runTwice(
  { app }: RunningApplication,
  send: () => Promise<Response>,
): Promise<Response> {
  const work = app.get(UnitOfWork, { strict: false });
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = work.run(() => {
    begun.resolve();
    return ended.promise;
  });
  await begun.promise;
  const response = send();
  await until(() => work.waiting === 1);
  const failing = work.run(async ({ db }) => {
    await db.updateTable('event_log').set({ oldest: 0 }).execute();
    throw new Error('no');
  });
  ended.resolve();
  await Promise.all([holding, expect(failing).rejects.toThrow('no')]);
  return response;
}

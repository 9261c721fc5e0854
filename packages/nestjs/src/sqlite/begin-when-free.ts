import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from './sqlite-errors.js';

/** Milliseconds that a statement waits for another process to finish its transaction. */
export const BUSY_TIMEOUT = 5000;
/** Maximum milliseconds between two attempts. */
const BUSY_PAUSE = 4;

/**
 * Begins a transaction on a connection with a `busy_timeout` of 0: SQLite would block the event loop while it waits for
 * another process, so the statement is retried instead.
 *
 * @throws DatabaseUnavailable another process has held the lock for BUSY_TIMEOUT.
 */
export async function beginWhenFree(begin: () => unknown): Promise<void> {
  const end = performance.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      await begin();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
    }
    await sleep(Math.random() * BUSY_PAUSE);
  }
}

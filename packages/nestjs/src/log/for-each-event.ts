import { Logger } from '@nestjs/common';
import type { Observable, Subscription } from 'rxjs';
import type { LoggedEvent } from './event-log.js';

const logger = new Logger('EventFeed');

/**
 * Calls `work` with each event of the feed. Another program may have written anything into the log: an event that `work`
 * fails on is reported, and the next one follows.
 */
export const forEachEvent = (
  events: Observable<readonly LoggedEvent[]>,
  work: (event: LoggedEvent) => void,
): Subscription =>
  events.subscribe((run) => {
    for (const event of run) guarded(event, () => work(event));
  });

/** @returns the result of `work` for an event; `undefined` if it fails. */
export function guarded<T>({ type, position }: LoggedEvent, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    logger.error({ err: error, position }, `${type} at ${position} is not what it should be.`);
    return undefined;
  }
}

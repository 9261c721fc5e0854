import { Logger } from '@nestjs/common';
import type { Observable, Subscription } from 'rxjs';
import type { LoggedFact } from './event-log.js';

const logger = new Logger('EachFact');

/**
 * Has someone look at each fact of the feed. Another program may have put anything into the log: a fact that is not what
 * it seems is logged, and keeps nobody from those behind it.
 */
export const eachFact = (
  facts: Observable<readonly LoggedFact[]>,
  look: (fact: LoggedFact) => void,
): Subscription =>
  facts.subscribe((run) => {
    for (const fact of run) guarded(fact, () => look(fact));
  });

/** @returns what `work` makes of a fact; `undefined` where it fails on it. */
export function guarded<T>({ type, position }: LoggedFact, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    logger.error({ err: error, position }, `${type} at ${position} is not what it should be.`);
    return undefined;
  }
}

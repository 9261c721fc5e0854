import { Logger } from '@nestjs/common';
import { inLog } from '../engine/errors.js';

/** Something outside of the database that follows a commit. */
export type Effect = () => unknown;

const logger = new Logger('UnitOfWork');

/** Starts the effects of a commit, in their order. Their errors are logged. */
export function startAll(effects: readonly Effect[]): void {
  for (const effect of effects) void start(effect);
}

async function start(effect: Effect): Promise<void> {
  try {
    await effect();
  } catch (error) {
    logger.error(inLog(error), 'What follows a commit has failed.');
  }
}

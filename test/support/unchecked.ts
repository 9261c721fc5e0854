import { type PublishedEvent, UnitOfWork } from '@carillon/nestjs';
import { Topics } from '@carillon/nestjs/internal';
import type { RunningApplication } from './application.js';

/** Publishes events as before the feature existed to which their types belong now. */
export async function publishUnchecked(
  { app }: RunningApplication,
  events: readonly PublishedEvent[],
): Promise<void> {
  const topics = app.get(Topics, { strict: false });
  Object.defineProperty(topics, 'mistakeIn', { value: () => undefined, configurable: true });
  try {
    await app.get(UnitOfWork, { strict: false }).run(async (tx) => {
      for (const event of events) tx.publish(event);
    });
  } finally {
    delete (topics as Partial<Topics>).mistakeIn;
  }
}

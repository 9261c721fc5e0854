import type { Kysely } from 'kysely';
import type { PendingEvent } from './pending-event.js';
import type { Schema } from '../engine/schema.js';

/** Replaces an error that may quote a redacted event. */
export const REDACTED_ERROR = 'The event was redacted.';

/** Converts the data of an event to its redacted data. */
export type Rewrite = (data: never) => unknown;

/** A redaction in the list of recorded events of a transaction. It applies to the events before it. */
export interface Redaction {
  readonly subject: string;
  readonly rewrite: Rewrite;
}

/**
 * Rewrites the logged events of a subject: all, or the newest `limit` of them; and as many of their dead letters, which can
 * be more. They lose their subject, so each is rewritten only once, however often its subject changes.
 *
 * @returns the number of rewritten events or dead letters, whichever is greater.
 */
export async function redactLogged(
  db: Kysely<Schema>,
  subject: string,
  rewrite: Rewrite,
  limit?: number,
): Promise<number> {
  const events = await db
    .selectFrom('events')
    .select(['position', 'data'])
    .where('subject', '=', subject)
    .orderBy('position', 'desc')
    .$if(limit !== undefined, (query) => query.limit(limit!))
    .execute();
  for (const { position, data } of events)
    await db
      .updateTable('events')
      .set({ data: rewritten(data, rewrite), subject: null })
      .where('position', '=', position)
      .execute();
  // After the events: retention may have copied an event to its dead letter while the update waited for it.
  const letters = await redactDeadLetters(db, subject, rewrite, limit);
  return Math.max(events.length, letters);
}

/**
 * Also replaces errors, which can quote the data of the event.
 *
 * @returns the number of rewritten dead letters.
 */
async function redactDeadLetters(
  db: Kysely<Schema>,
  subject: string,
  rewrite: Rewrite,
  limit?: number,
): Promise<number> {
  const letters = await db
    .selectFrom('dead_letters')
    .select(['subscription', 'position', 'data'])
    .where('subject', '=', subject)
    .$if(limit !== undefined, (query) => query.limit(limit!))
    .execute();
  for (const { subscription, position, data } of letters)
    await db
      .updateTable('dead_letters')
      .set({ data: data && rewritten(data, rewrite), subject: null, error: REDACTED_ERROR })
      .where('subscription', '=', subscription)
      .where('position', '=', position)
      .execute();
  return letters.length;
}

/** The events of a transaction before its commit, with the redactions in the same transaction applied. */
export function pendingRedacted(entries: readonly (PendingEvent | Redaction)[]): PendingEvent[] {
  const events: PendingEvent[] = [];
  for (const entry of entries)
    if ('rewrite' in entry) redactAll(events, entry);
    else events.push(entry);
  return events;
}

function redactAll(events: PendingEvent[], { subject, rewrite }: Redaction): void {
  for (const [index, event] of events.entries())
    if (event.subject === subject)
      events[index] = { ...event, data: rewritten(event.data, rewrite), subject: null };
}

const rewritten = (data: string, rewrite: Rewrite): string =>
  JSON.stringify(rewrite(JSON.parse(data) as never));

import type { Kysely } from 'kysely';
import type { RecordedFact } from './database.js';
import type { Schema } from './schema.js';

/** Makes of the data of an event what is left of them once they are redacted. */
export type Rewrite = (data: never) => unknown;

/** A redaction among the events of a transaction, after those that it is for. */
export interface Redaction {
  readonly subject: string;
  readonly rewrite: Rewrite;
}

/**
 * Rewrites the events of a subject that are in the log: all, or the newest `limit` of them. They have no subject then, so
 * each is rewritten once, however often its subject changes.
 *
 * @returns how many there were.
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
  return events.length;
}

/** The events of a transaction that is about to be committed, redacted by what follows them in it. */
export function pendingRedacted(entries: readonly (RecordedFact | Redaction)[]): RecordedFact[] {
  const facts: RecordedFact[] = [];
  for (const entry of entries)
    if ('rewrite' in entry) redactAll(facts, entry);
    else facts.push(entry);
  return facts;
}

function redactAll(facts: RecordedFact[], { subject, rewrite }: Redaction): void {
  for (const [index, fact] of facts.entries())
    if (fact.subject === subject)
      facts[index] = { ...fact, data: rewritten(fact.data, rewrite), subject: null };
}

const rewritten = (data: string, rewrite: Rewrite): string =>
  JSON.stringify(rewrite(JSON.parse(data) as never));

import { type Kysely, sql } from 'kysely';
import type { DeadLettersTable, Schema } from '../engine/schema.js';
import type { LoggedEvent } from '../log/event-log.js';
import { REDACTED_ERROR } from '../transaction/redaction.js';

/** Maximum length of a stored error in characters. */
const MAX_ERROR_LENGTH = 1000;

/**
 * Counts a failure of the event that a subscription retries.
 *
 * @returns how often it has failed.
 */
export async function noteFailure(
  db: Kysely<Schema>,
  subscription: string,
  event: LoggedEvent,
  error: unknown,
): Promise<number> {
  const now = new Date().toISOString();
  const kept = await keptOf(db, event, error);
  const { attempts } = await db
    .insertInto('dead_letters')
    .values({ subscription, ...unchangedOf(event), ...kept, ...FIRST, ...times(now) })
    .onConflict((conflict) =>
      conflict.columns(['subscription', 'position']).doUpdateSet({
        ...kept,
        // A replayed dead letter gets as many attempts as any other event.
        attempts: sql<number>`case dead_letters.state when 'retrying' then dead_letters.attempts + 1 else 1 end`,
        state: 'retrying',
        last_failed_at: now,
      }),
    )
    .returning('attempts')
    .executeTakeFirstOrThrow();
  return attempts;
}

/** What no redaction changes. */
const unchangedOf = (event: Unchanged): Unchanged => {
  const { position, topic, topics, type, format, actor, at } = event;
  return { position, topic, topics, type, format, private: event.private, actor, at };
};

type Unchanged = Pick<
  LoggedEvent,
  'position' | 'topic' | 'topics' | 'type' | 'format' | 'private' | 'actor' | 'at'
>;

const FIRST = { state: 'retrying', attempts: 1 } as const;
const times = (now: string) => ({ first_failed_at: now, last_failed_at: now });

/**
 * The data of an event and the error, which can quote the event. Locks the row of the event, so that a redaction either
 * runs before this or finds the dead letter.
 */
async function keptOf(
  db: Kysely<Schema>,
  { position, data, subject }: LoggedEvent,
  error: unknown,
): Promise<Pick<DeadLettersTable, 'data' | 'subject' | 'error'>> {
  const message = messageOf(error);
  const logged = await db
    .selectFrom('events')
    .select('subject')
    .where('position', '=', position)
    .forUpdate()
    .executeTakeFirst();
  if (!logged) return { data, subject, error: message };
  const isRedacted = logged.subject !== subject;
  return { data: null, subject: logged.subject, error: isRedacted ? REDACTED_ERROR : message };
}

const messageOf = (error: unknown): string => String(error).slice(0, MAX_ERROR_LENGTH);

export async function becomeDead(
  db: Kysely<Schema>,
  subscription: string,
  position: number,
): Promise<void> {
  await db
    .updateTable('dead_letters')
    .set({ state: 'dead' })
    .where('subscription', '=', subscription)
    .where('position', '=', position)
    .execute();
}

/** Removes the failures of handled events: those after `after`, up to and including `upTo`. */
export async function forgetFailures(
  db: Kysely<Schema>,
  subscription: string,
  after: number,
  upTo: number,
): Promise<void> {
  await db
    .deleteFrom('dead_letters')
    .where('subscription', '=', subscription)
    .where('position', '>', after)
    .where('position', '<=', upTo)
    .execute();
}

/** Removes the failures of the event that a subscription retries, unless that event is after `upTo`. */
export async function stopRetrying(
  db: Kysely<Schema>,
  subscription: string,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<void> {
  await db
    .deleteFrom('dead_letters')
    .where('subscription', '=', subscription)
    .where('state', '=', 'retrying')
    .where('position', '<=', upTo)
    .execute();
}

/** What a dead letter does not keep of its event, and handlers do not receive. */
const UNKNOWN = {
  public_id: null,
  xid: null,
  retry: null,
  redacts: null,
} as const;

/** The event of the oldest dead letter for which an operator has requested an attempt. */
export async function nextRequested(
  db: Kysely<Schema>,
  subscription: string,
): Promise<LoggedEvent | undefined> {
  const letter = await db
    .selectFrom('dead_letters')
    .leftJoin('events', 'events.position', 'dead_letters.position')
    .selectAll('dead_letters')
    .select('events.data as logged')
    .where('subscription', '=', subscription)
    .where('state', '=', 'requested')
    .orderBy('dead_letters.position')
    .limit(1)
    .executeTakeFirst();
  if (!letter) return undefined;
  const data = letter.logged ?? letter.data ?? 'null';
  return { ...UNKNOWN, ...unchangedOf(letter), data, subject: letter.subject };
}

/** Ends a failed attempt that an operator has requested. */
export async function failRequested(
  db: Kysely<Schema>,
  subscription: string,
  event: LoggedEvent,
  error: unknown,
): Promise<void> {
  const letter = await db
    .selectFrom('dead_letters')
    .select('subject')
    .where('subscription', '=', subscription)
    .where('position', '=', event.position)
    .forUpdate()
    .executeTakeFirst();
  const isRedacted = letter?.subject !== event.subject;
  await db
    .updateTable('dead_letters')
    .set(({ eb }) => ({
      state: 'dead',
      error: isRedacted ? REDACTED_ERROR : messageOf(error),
      attempts: eb('attempts', '+', 1),
      last_failed_at: new Date().toISOString(),
    }))
    .where('subscription', '=', subscription)
    .where('position', '=', event.position)
    .execute();
}

/** The subscriptions with dead letters for which an operator has requested an attempt. */
export async function subscriptionsWithRequests(db: Kysely<Schema>): Promise<Set<string>> {
  const rows = await db
    .selectFrom('dead_letters')
    .select('subscription')
    .distinct()
    .where('state', '=', sql.lit('requested'))
    .execute();
  return new Set(rows.map(({ subscription }) => subscription));
}

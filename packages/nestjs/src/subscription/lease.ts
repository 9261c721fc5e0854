import type { Kysely } from 'kysely';
import type { Schema, SubscriptionsTable } from '../engine/schema.js';

/** One ownership of a subscription. No two have the same term. */
export interface Lease {
  readonly name: string;
  readonly term: number;
}

/** Another process owns the subscription. This process must not commit any more of its work. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The cursor was changed by an operator, or the database was restored to an earlier state. */
export class CursorMoved extends Error {
  override readonly name = 'CursorMoved';
}

/** Stores a new subscription with its start position. */
export async function registerSubscription(
  db: Kysely<Schema>,
  name: string,
  from: 'now' | 'earliest',
): Promise<void> {
  const { head, oldest } = await db
    .selectFrom('event_log')
    .select(['head', 'oldest'])
    .executeTakeFirstOrThrow();
  await db
    .insertInto('subscriptions')
    .values({
      name,
      position: from === 'now' ? head : oldest - 1,
      owner: null,
      term: 0,
      renewals: 0,
    })
    // Another process may have stored it first.
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Claims a subscription, unless its owner has renewed the lease since `seen` was read, or has an open transaction that
 * moves the cursor.
 */
export async function claim(
  db: Kysely<Schema>,
  seen: SubscriptionsTable,
  owner: string,
): Promise<SubscriptionsTable | undefined> {
  const free = await db
    .selectFrom('subscriptions')
    .select('name')
    .where('name', '=', seen.name)
    .where('term', '=', seen.term)
    .where('renewals', '=', seen.renewals)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (!free) return undefined;
  return db
    .updateTable('subscriptions')
    .set({ owner, term: seen.term + 1, renewals: seen.renewals + 1 })
    .where('name', '=', seen.name)
    .returningAll()
    .executeTakeFirst();
}

/** Renews the leases of the subscriptions that an owner runs. */
export async function renew(
  db: Kysely<Schema>,
  owner: string,
  names: readonly string[],
): Promise<void> {
  await db
    .updateTable('subscriptions')
    .set(({ eb }) => ({ renewals: eb('renewals', '+', 1) }))
    .where('owner', '=', owner)
    .where('name', 'in', names)
    .execute();
}

/** Releases a subscription, so that any process can claim it immediately. */
export async function release(db: Kysely<Schema>, { name, term }: Lease): Promise<void> {
  await db
    .updateTable('subscriptions')
    .set({ owner: null })
    .where('name', '=', name)
    .where('term', '=', term)
    .execute();
}

/**
 * Locks the lease until the transaction ends: until then, no other process can claim the subscription or move its cursor.
 *
 * @throws LeaseLost or CursorMoved.
 */
export async function holdLease(
  db: Kysely<Schema>,
  { name, term }: Lease,
  position: number,
): Promise<void> {
  const row = await db
    .selectFrom('subscriptions')
    .select(['term', 'position'])
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  if (row?.term !== term) throw new LeaseLost(`Another process has taken over ${name}.`);
  if (row.position !== position)
    throw new CursorMoved(`The cursor of ${name} was changed by a replay.`);
}

/** Moves the cursor of a lease that the transaction holds. This also renews the lease. */
export async function moveCursor(
  db: Kysely<Schema>,
  { name }: Lease,
  position: number,
): Promise<void> {
  await db
    .updateTable('subscriptions')
    .set(({ eb }) => ({ position, renewals: eb('renewals', '+', 1) }))
    .where('name', '=', name)
    .execute();
}

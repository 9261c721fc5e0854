import type { Schema } from '@carillon/nestjs';
import { type Kysely, sql } from 'kysely';
import type { Shop } from './shop.js';

/** Makes each event of the log a dead letter of each of some subscriptions, which no process runs. */
export const makeAllDead = ({ work }: Shop, ...subscriptions: string[]): Promise<void> =>
  work.run(async ({ db }) => {
    for (const name of subscriptions) {
      await db
        .insertInto('subscriptions')
        .values({ name, position: 0, owner: null, term: 0, renewals: 0 })
        .execute();
      await db
        .insertInto('dead_letters')
        .columns(COLUMNS)
        .expression((from) =>
          from
            .selectFrom('events')
            .select([sql<string>`cast(${name} as text)`.as('subscription'), 'position'])
            .select([sql<'dead'>`'dead'`.as('state'), 'topic', 'type', 'format', 'private', 'at'])
            .select(['subject', sql<string>`'No.'`.as('error'), sql<number>`1`.as('attempts')])
            .select(['at as first_failed_at', 'at as last_failed_at']),
        )
        .execute();
    }
  });

const COLUMNS = [
  'subscription',
  'position',
  'state',
  'topic',
  'type',
  'format',
  'private',
  'at',
  'subject',
  'error',
  'attempts',
  'first_failed_at',
  'last_failed_at',
] as const;

/** Counts dead letters. */
export const lettersWith =
  (column: 'state' | 'data' | 'subject', value: string | null) =>
  async (db: Kysely<Schema>): Promise<number> => {
    const { count } = await db
      .selectFrom('dead_letters')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where(column, value === null ? 'is' : '=', value)
      .executeTakeFirstOrThrow();
    return count;
  };

import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Failures } from './sign-in-delays.js';

/** Known networks and devices per user. A new one replaces the least recently used one. */
const SOURCES_PER_USER = 20;

/** Failed sign-ins, and the sources of successful ones, in SQL. Each method runs on the connection it is given. */
@Injectable()
export class SignInHistoryRepository {
  /** Inside a transaction, the row is locked until the end. */
  async find(db: Kysely<Schema>, key: string): Promise<Failures | undefined> {
    const query = db.selectFrom('sign_in_failures').selectAll().where('key', '=', key);
    const row = await query
      .$if(db.isTransaction, (locked) => locked.forUpdate())
      .executeTakeFirst();
    return (
      row && {
        forgottenAt: Date.parse(row.forgotten_at),
        blockedUntil: Date.parse(row.blocked_until),
      }
    );
  }

  async store(db: Kysely<Schema>, key: string, failures: Failures): Promise<void> {
    const row = {
      forgotten_at: toText(failures.forgottenAt),
      blocked_until: toText(failures.blockedUntil),
    };
    await db
      .insertInto('sign_in_failures')
      .values({ key, ...row })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
      .execute();
  }

  async remove(db: Kysely<Schema>, keys: readonly string[]): Promise<void> {
    await db.deleteFrom('sign_in_failures').where('key', 'in', keys).execute();
  }

  async count(db: Kysely<Schema>): Promise<number> {
    const { count } = await db
      .selectFrom('sign_in_failures')
      .select((of) => of.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Keys in the order in which their failures are forgotten; if a time is given, only those forgotten by then. */
  async oldest(db: Kysely<Schema>, limit: number, forgottenBy?: number): Promise<string[]> {
    const rows = await db
      .selectFrom('sign_in_failures')
      .select('key')
      .$if(forgottenBy !== undefined, (query) =>
        query.where('forgotten_at', '<=', toText(forgottenBy!)),
      )
      .orderBy('forgotten_at')
      .limit(limit)
      .execute();
    return rows.map(({ key }) => key);
  }

  /** Of some sources, those from which the user has signed in since a time. */
  async knownAmong(
    db: Kysely<Schema>,
    userId: string,
    sources: readonly string[],
    since: number,
  ): Promise<string[]> {
    const rows = await db
      .selectFrom('sign_in_sources')
      .select('source')
      .where('user_id', '=', userId)
      .where('source', 'in', sources)
      .where('last_used_at', '>', toText(since))
      .execute();
    return rows.map(({ source }) => source);
  }

  async remember(db: Kysely<Schema>, userId: string, source: string, at: number): Promise<void> {
    const last_used_at = toText(at);
    await db
      .insertInto('sign_in_sources')
      .values({ user_id: userId, source, last_used_at })
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'source']).doUpdateSet({ last_used_at }),
      )
      .execute();
    const sources = db.selectFrom('sign_in_sources').select('source').where('user_id', '=', userId);
    const surplus = await sources
      .orderBy('last_used_at', 'desc')
      .limit(SOURCES_PER_USER)
      .offset(SOURCES_PER_USER)
      .execute();
    for (const { source: forgotten } of surplus)
      await db
        .deleteFrom('sign_in_sources')
        .where('user_id', '=', userId)
        .where('source', '=', forgotten)
        .execute();
  }

  /** @returns how many of the sources that were last used before a time were removed: `limit` at most. */
  async forgetSources(db: Kysely<Schema>, before: number, limit: number): Promise<number> {
    const some = db
      .selectFrom('sign_in_sources')
      .select(['user_id', 'source'])
      .where('last_used_at', '<=', toText(before))
      .orderBy('last_used_at')
      .limit(limit)
      .$asTuple('user_id', 'source');
    const { numDeletedRows } = await db
      .deleteFrom('sign_in_sources')
      .where((row) => row(row.refTuple('user_id', 'source'), 'in', some))
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }
}

const toText = (time: number): string => new Date(time).toISOString();

import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.js';
import type { Failures } from './sign-in-delays.js';

/** Networks and devices that are known of one user. A new one takes the place of the one that was used longest ago. */
const SOURCES_PER_USER = 20;

/** Failed sign-ins, and where users signed in from, in SQL. Each method runs on the connection it is given. */
@Injectable()
export class SignInAttemptsRepository {
  /** Inside a transaction the row stays as it is until that ends. */
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

  /** Keys in the order in which their failures are forgotten; only those that are forgotten by a time, where one is given. */
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

  /** Those of the sources from which the user signed in since a time. */
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

  async forgetSources(db: Kysely<Schema>, before: number): Promise<void> {
    await db.deleteFrom('sign_in_sources').where('last_used_at', '<=', toText(before)).execute();
  }
}

const toText = (time: number): string => new Date(time).toISOString();

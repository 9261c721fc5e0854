import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { type Keyset, type Page, pageOf } from '../../http/paging.js';
import type { Block } from '../room/block.js';

/** Blocks in SQL. Each method runs on the connection it is given. */
@Injectable()
export class BlocksRepository {
  /** @returns whether the block is new. */
  async insert(db: Kysely<Schema>, userId: string, block: Block): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('blocks')
      .values({ user_id: userId, blocked_id: block.userId, created_at: block.createdAt })
      .onConflict((conflict) => conflict.columns(['user_id', 'blocked_id']).doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** @returns whether the user was blocked. */
  async remove(db: Kysely<Schema>, userId: string, blockedId: string): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('blocks')
      .where('user_id', '=', userId)
      .where('blocked_id', '=', blockedId)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  /** Some of the blocks that a user made or that others made against them. */
  async blocksWith(
    db: Kysely<Schema>,
    userId: string,
    limit: number,
  ): Promise<{ userId: string; blockedId: string }[]> {
    const rows = await db
      .selectFrom('blocks')
      .select(['user_id', 'blocked_id'])
      .where((eb) => eb.or([eb('user_id', '=', userId), eb('blocked_id', '=', userId)]))
      .limit(limit)
      .execute();
    return rows.map((row) => ({ userId: row.user_id, blockedId: row.blocked_id }));
  }

  async has(db: Kysely<Schema>, userId: string, blockedId: string): Promise<boolean> {
    const row = await db
      .selectFrom('blocks')
      .select('blocked_id')
      .where('user_id', '=', userId)
      .where('blocked_id', '=', blockedId)
      .executeTakeFirst();
    return row !== undefined;
  }

  async count(db: Kysely<Schema>, userId: string): Promise<number> {
    const { count } = await db
      .selectFrom('blocks')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return count;
  }

  /** One page, in the order of the ids of the blocked users. */
  async page(db: Kysely<Schema>, userId: string, keyset: Keyset): Promise<Page<Block>> {
    const { afterKey, limit, order } = keyset;
    const rows = await db
      .selectFrom('blocks')
      .select(['blocked_id', 'created_at'])
      .where('user_id', '=', userId)
      .$if(afterKey !== undefined, (blocks) =>
        blocks.where('blocked_id', order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy('blocked_id', order)
      .limit(limit + 1)
      .execute();
    return pageOf(
      rows,
      limit,
      (row) => row.blocked_id,
      (row) => ({ userId: row.blocked_id, createdAt: row.created_at }),
    );
  }
}

import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import type { HubNodesTable, HubSubscriptionsTable } from './subscriptions.tables.js';

export type HubNode = Selectable<HubNodesTable>;
export type StoredSubscription = Selectable<HubSubscriptionsTable>;

/** The subscriptions of a matcher, or of one subscriber to it. */
export type SubscriptionFilter = Partial<
  Pick<StoredSubscription, 'match_type' | 'match' | 'subscriber'>
>;

/** The `beats` of a node that others have declared dead. */
const DEAD = -1;
/** Rows in one statement. */
const BATCH = 100;

@Injectable()
export class SubscriptionsRepository {
  /** Shows that a node lives, and keeps others from ending its subscriptions in this transaction. */
  async beat(db: Kysely<Schema>, id: string): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('hub_nodes')
      .set(({ eb }) => ({ beats: eb('beats', '+', 1) }))
      .where('id', '=', id)
      .where('beats', '>=', 0)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async addNode(db: Kysely<Schema>, id: string): Promise<void> {
    await db.insertInto('hub_nodes').values({ id, beats: 0 }).execute();
  }

  nodes(db: Kysely<Schema>): Promise<HubNode[]> {
    return db.selectFrom('hub_nodes').selectAll().execute();
  }

  /**
   * From now on, `beat` fails for the node.
   *
   * @returns whether the node has given no sign of life since it was read, and nobody else has removed it.
   */
  async declareDead(db: Kysely<Schema>, { id, beats }: HubNode): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('hub_nodes')
      .set({ beats: DEAD })
      .where('id', '=', id)
      .where('beats', '=', beats)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** @returns whether the node exists. */
  async lockNode(db: Kysely<Schema>, id: string): Promise<boolean> {
    const node = db.selectFrom('hub_nodes').select('id').where('id', '=', id);
    return (await node.forUpdate().executeTakeFirst()) !== undefined;
  }

  async removeNode(db: Kysely<Schema>, id: string): Promise<void> {
    await db.deleteFrom('hub_nodes').where('id', '=', id).execute();
  }

  async add(db: Kysely<Schema>, rows: readonly StoredSubscription[]): Promise<void> {
    for (let start = 0; start < rows.length; start += BATCH)
      await db
        .insertInto('hub_subscriptions')
        .values(rows.slice(start, start + BATCH))
        .execute();
  }

  removeOf(db: Kysely<Schema>, subscriber: string): Promise<StoredSubscription[]> {
    const rows = db.deleteFrom('hub_subscriptions').where('subscriber', '=', subscriber);
    return rows.returningAll().execute();
  }

  removeOfNode(db: Kysely<Schema>, node: string, limit: number): Promise<StoredSubscription[]> {
    const some = db
      .selectFrom('hub_subscriptions')
      .select(['match_type', 'match', 'subscriber'])
      .where('node', '=', node)
      .limit(limit)
      .$asTuple('match_type', 'match', 'subscriber');
    return db
      .deleteFrom('hub_subscriptions')
      .where((row) => row(row.refTuple('match_type', 'match', 'subscriber'), 'in', some))
      .returningAll()
      .execute();
  }

  list(
    db: Kysely<Schema>,
    filter: SubscriptionFilter,
    limit: number,
  ): Promise<StoredSubscription[]> {
    let query = db.selectFrom('hub_subscriptions').selectAll();
    for (const column of ['match_type', 'match', 'subscriber'] as const)
      if (filter[column] !== undefined) query = query.where(column, '=', filter[column]);
    return query
      .orderBy('match_type')
      .orderBy('match')
      .orderBy('subscriber')
      .limit(limit)
      .execute();
  }
}

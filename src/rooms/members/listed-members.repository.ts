import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { type Keyset, type Page, pageOf } from '../../http/paging.js';
import { findUsers } from '../../users/find-users.js';
import { nameTerms } from '../../users/name-words.js';
import { toUser, userRows } from '../../users/user-rows.js';
import { toMember } from '../room/members.repository.js';
import type { ListedMember } from './members-list.js';

/** Members with their names, in SQL. */
@Injectable()
export class ListedMembersRepository {
  /** One page in the order of the users' ids. */
  async page(
    db: Kysely<Schema>,
    roomId: string,
    { afterKey, limit, order }: Keyset,
  ): Promise<Page<ListedMember>> {
    const rows = await listed(db, roomId)
      .$if(afterKey !== undefined, (query) =>
        query.where('members.user_id', order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy('members.user_id', order)
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ user_id }) => user_id, toListedMember);
  }

  /** One page of those whom a text finds, in the order of `findUsers`. */
  async search(
    db: Kysely<Schema>,
    roomId: string,
    { q, ...page }: Keyset & { readonly q: string },
  ): Promise<Page<ListedMember>> {
    const among = sql<{ id: string }>`
      select members.user_id as id from members where members.room_id = ${roomId}`;
    const { items, next } = await findUsers(db, { ...page, terms: nameTerms(q), among });
    const ids = items.map(({ id }) => id);
    if (ids.length === 0) return { items: [], next };
    const rows = await listed(db, roomId).where('members.user_id', 'in', ids).execute();
    const found = new Map(rows.map((row) => [row.user_id, toListedMember(row)]));
    return { items: ids.map((id) => found.get(id)!), next };
  }
}

const listed = (db: Kysely<Schema>, roomId: string) =>
  db
    .selectFrom('members')
    .innerJoin(userRows(db).as('user'), 'user.id', 'members.user_id')
    .selectAll('user')
    .select(['members.user_id', 'members.role', 'members.joined_at'])
    .where('members.room_id', '=', roomId);

type ListedRow = Parameters<typeof toMember>[0] & Parameters<typeof toUser>[0];

const toListedMember = (row: ListedRow): ListedMember => ({ ...toMember(row), user: toUser(row) });

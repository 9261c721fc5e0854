import { Injectable } from '@nestjs/common';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { MembersTable, RoomsTable, Schema } from '../database/schema.js';
import type { Message } from './message.js';
import { toMessage } from './messages.repository.js';
import type { Member, Membership, ReadMarker } from './room.js';
import { toRoom } from './rooms.repository.js';

/** What a member has of a room: how far they have read, what is left, what was said last. Counted anew each time. */
@Injectable()
export class MembershipsRepository {
  async of(db: Kysely<Schema>, userId: string): Promise<Membership[]> {
    return this.#memberships(db, userId);
  }

  async find(db: Kysely<Schema>, userId: string, roomId: string): Promise<Membership | undefined> {
    return (await this.#memberships(db, userId, roomId))[0];
  }

  async marker(db: Kysely<Schema>, userId: string, roomId: string): Promise<ReadMarker> {
    const row = await this.#counted(db, userId, roomId).executeTakeFirstOrThrow();
    return { roomId, readSeq: row.read_seq, unread: row.unread, mentions: row.mentions };
  }

  /** Moves it forward. @returns whether it moved. */
  async moveMarker(
    db: Kysely<Schema>,
    userId: string,
    roomId: string,
    seq: number,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('members')
      .set({ read_seq: seq })
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .where('read_seq', '<', seq)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async #memberships(db: Kysely<Schema>, userId: string, roomId?: string): Promise<Membership[]> {
    const rows = await this.#counted(db, userId, roomId)
      .innerJoin('rooms', 'rooms.id', 'members.room_id')
      .selectAll('rooms')
      .orderBy('rooms.id', 'desc')
      .execute();
    const last = await this.#lastMessages(db, userId, roomId);
    const direct = await this.#membersOfDirect(db, userId, roomId);
    return rows
      .map((row) => toMembership(row, last.get(row.id), direct.get(row.id)))
      .toSorted((one, other) => compare(activityOf(other), activityOf(one)));
  }

  #counted(db: Kysely<Schema>, userId: string, roomId?: string) {
    return db
      .selectFrom('members')
      .select(['members.role', 'members.joined_at', 'members.read_seq'])
      .select((of) => [
        of
          .selectFrom('messages')
          .select(sql<number>`count(*)`.as('unread'))
          .whereRef('messages.room_id', '=', 'members.room_id')
          .whereRef('messages.seq', '>', 'members.read_seq')
          .whereRef('messages.author_id', '<>', 'members.user_id')
          .where('messages.deleted_at', 'is', null)
          .$asScalar()
          .$notNull()
          .as('unread'),
        of
          .selectFrom('mentions')
          .select(sql<number>`count(*)`.as('mentions'))
          .whereRef('mentions.room_id', '=', 'members.room_id')
          .whereRef('mentions.user_id', '=', 'members.user_id')
          .whereRef('mentions.seq', '>', 'members.read_seq')
          .$asScalar()
          .$notNull()
          .as('mentions'),
      ])
      .where('members.user_id', '=', userId)
      .$if(roomId !== undefined, (query) => query.where('members.room_id', '=', roomId!));
  }

  async #lastMessages(
    db: Kysely<Schema>,
    userId: string,
    roomId?: string,
  ): Promise<Map<string, Message>> {
    const rows = await db
      .selectFrom('members')
      .innerJoin('rooms', 'rooms.id', 'members.room_id')
      .innerJoin('messages', (join) =>
        join
          .onRef('messages.room_id', '=', 'rooms.id')
          .onRef('messages.seq', '=', 'rooms.last_seq'),
      )
      .selectAll('messages')
      .where('members.user_id', '=', userId)
      .$if(roomId !== undefined, (query) => query.where('members.room_id', '=', roomId!))
      .execute();
    return new Map(rows.map((row) => [row.room_id, toMessage(row)]));
  }

  async #membersOfDirect(
    db: Kysely<Schema>,
    userId: string,
    roomId?: string,
  ): Promise<Map<string, Member[]>> {
    const rows = await db
      .selectFrom('members as mine')
      .innerJoin('rooms', 'rooms.id', 'mine.room_id')
      .innerJoin('members as both', 'both.room_id', 'rooms.id')
      .select(['both.room_id', 'both.user_id', 'both.role', 'both.joined_at'])
      .where('mine.user_id', '=', userId)
      .where('rooms.kind', '=', 'direct')
      .$if(roomId !== undefined, (query) => query.where('mine.room_id', '=', roomId!))
      .orderBy('both.user_id')
      .execute();
    const byRoom = Map.groupBy(rows, ({ room_id }) => room_id);
    return new Map(
      [...byRoom].map(([id, both]) => [
        id,
        both.map(({ user_id, role, joined_at }) => ({
          userId: user_id,
          role,
          joinedAt: joined_at,
        })),
      ]),
    );
  }
}

type MembershipRow = Selectable<RoomsTable> &
  Pick<Selectable<MembersTable>, 'role' | 'joined_at' | 'read_seq'> & {
    readonly unread: number;
    readonly mentions: number;
  };

const toMembership = (
  row: MembershipRow,
  lastMessage: Message | undefined,
  members: readonly Member[] | undefined,
): Membership => ({
  room: toRoom(row),
  role: row.role,
  joinedAt: row.joined_at,
  lastSeq: row.last_seq,
  readSeq: row.read_seq,
  unread: row.unread,
  mentions: row.mentions,
  lastMessage: lastMessage ?? null,
  ...(members && { members }),
});

const activityOf = ({ lastMessage, joinedAt }: Membership): string =>
  lastMessage?.createdAt ?? joinedAt;

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

import { Database, EventLog, type Schema } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Kysely } from 'kysely';
import type { Keyset, Snapshot } from '../../http/paging.js';
import { MembersRepository } from '../room/members.repository.js';
import { RoomAccess } from '../room/room-access.js';
import { ListedMembersRepository } from './listed-members.repository.js';
import type { ListedMember, MembersQuery } from './members-list.js';

/** One page of the members of a room, and how many members the room has. */
export type MembersPage = Snapshot<ListedMember> & { readonly total: number };

/** Lists the members of a room. */
export class ListMembers extends Query<MembersPage> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly page: Keyset<MembersQuery>,
  ) {
    super();
  }
}

@QueryHandler(ListMembers)
export class ListMembersHandler implements IQueryHandler<ListMembers> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly listed: ListedMembersRepository,
    private readonly members: MembersRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, roomId, page }: ListMembers): Promise<MembersPage> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, roomId, callerId);
      return {
        ...(await this.#page(db, roomId, page)),
        total: await this.members.countMembers(db, roomId),
        cursor: await this.log.cursor(db),
      };
    });
  }

  #page(db: Kysely<Schema>, roomId: string, { q, ...page }: Keyset<MembersQuery>) {
    if (q === undefined) return this.listed.page(db, roomId, page);
    return this.listed.search(db, roomId, { ...page, q });
  }
}

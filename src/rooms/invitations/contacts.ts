import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { canContact, enforce } from '../room/room-rules.js';
import type { Room } from '../room/room.js';
import { BlocksRepository } from './blocks.repository.js';
import { MembersRepository } from '../room/members.repository.js';

/** Checks blocks before a user contacts another one directly. Blocks have no effect in public and private rooms. */
@Injectable()
export class Contacts {
  constructor(
    private readonly blocks: BlocksRepository,
    private readonly members: MembersRepository,
  ) {}

  /** @throws Problem `recipient-unavailable`; `conflict`: the caller has blocked them. */
  async refuseBlocked(db: Kysely<Schema>, callerId: string, otherId: string): Promise<void> {
    const byCaller = await this.blocks.has(db, callerId, otherId);
    const byOther = await this.blocks.has(db, otherId, callerId);
    enforce(canContact({ byCaller, byOther }));
  }

  /** Like `refuseBlocked`, for the other member of a direct conversation. Allows everything in other rooms. */
  async refuseBlockedIn(db: Kysely<Schema>, room: Room, callerId: string): Promise<void> {
    if (room.kind !== 'direct') return;
    const members = await this.members.members(db, room.id);
    const other = members.find(({ userId }) => userId !== callerId);
    if (other) await this.refuseBlocked(db, callerId, other.userId);
  }
}

import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.js';
import { Problem } from '../http/problems.js';
import { BlocksRepository } from './blocks.repository.js';
import type { Room } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

/** Who may reach whom directly. In rooms of more than the two, blocks change nothing. */
@Injectable()
export class Contacts {
  constructor(
    private readonly blocks: BlocksRepository,
    private readonly rooms: RoomsRepository,
  ) {}

  /** @throws Problem `recipient-unavailable`; `conflict`: the caller has blocked them. */
  async refuseBlocked(db: Kysely<Schema>, callerId: string, otherId: string): Promise<void> {
    if (await this.blocks.has(db, callerId, otherId))
      throw new Problem('conflict', 'You have blocked this user. Unblock them first.');
    if (await this.blocks.has(db, otherId, callerId))
      throw new Problem(
        'recipient-unavailable',
        'This user does not accept direct messages or invitations.',
      );
  }

  /** As `refuseBlocked` for the other one of a direct conversation; nothing in other rooms. */
  async refuseBlockedIn(db: Kysely<Schema>, room: Room, callerId: string): Promise<void> {
    if (room.kind !== 'direct') return;
    const members = await this.rooms.members(db, room.id);
    const other = members.find(({ userId }) => userId !== callerId);
    if (other) await this.refuseBlocked(db, callerId, other.userId);
  }
}

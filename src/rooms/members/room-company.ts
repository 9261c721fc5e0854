import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { CompanyOfFeature } from '../../users/user-audience.js';
import { MembersRepository } from '../room/members.repository.js';
import { roomTopic } from '../room/rooms.events.js';

/** The members of a room see each other. */
@Injectable()
export class RoomCompany implements CompanyOfFeature {
  constructor(private readonly members: MembersRepository) {}

  async topicsOf(db: Kysely<Schema>, userId: string): Promise<string[]> {
    return (await this.members.roomIdsOf(db, userId)).map(roomTopic);
  }
}

import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { accountTopic } from '../accounts/accounts.events.js';
import type { Schema } from '../database/schema.js';
import type { LoggedFact } from '../events/event-log.js';
import type { RightsChange, RightsRule } from '../events/rights.js';
import { RoomJoined, RoomLeft, roomTopic } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';

/** Who hears of a room: its members, from the fact that lets them in to the one that lets them out. */
@Injectable()
export class RoomRights implements RightsRule {
  constructor(private readonly rooms: RoomsRepository) {}

  async topicsOf(db: Kysely<Schema>, userId: string): Promise<string[]> {
    return (await this.rooms.roomIdsOf(db, userId)).map(roomTopic);
  }

  changeBy({ type, topic, data }: LoggedFact): RightsChange | undefined {
    if (type !== RoomJoined.type && type !== RoomLeft.type) return undefined;
    const userId = topic.slice(accountTopic('').length);
    const granted = type === RoomJoined.type;
    const roomId = granted
      ? (JSON.parse(data) as RoomJoined['data']).room.id
      : (JSON.parse(data) as RoomLeft['data']).roomId;
    return { userId, topic: roomTopic(roomId), granted };
  }
}

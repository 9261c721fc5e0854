import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { accountTopic, ownerOf } from '../accounts/accounts.events.js';
import type { Schema } from '../database/schema.js';
import { EventLog, type LoggedFact } from '../events/event-log.js';
import type { RightsChange, RightsRule } from '../events/rights.js';
import { RoomJoined, RoomLeft, roomTopic } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';

/** Who hears of a room: its members, from the fact that lets them in to the one that lets them out. */
@Injectable()
export class RoomRights implements RightsRule {
  constructor(
    private readonly rooms: RoomsRepository,
    private readonly log: EventLog,
  ) {}

  /** Each from the fact that has let them in on, where that is still kept: what came before is not theirs to hear. */
  async topicsOf(db: Kysely<Schema>, userId: string): Promise<Map<string, number>> {
    const topics = new Map<string, number>();
    for (const roomId of await this.rooms.shownRoomIdsOf(db, userId))
      topics.set(roomTopic(roomId), 0);
    for (const { data, position } of await this.log.ofType(
      db,
      accountTopic(userId),
      RoomJoined.type,
    )) {
      const { room } = JSON.parse(data) as Partial<RoomJoined['data']>;
      if (room && topics.has(roomTopic(room.id))) topics.set(roomTopic(room.id), position);
    }
    return topics;
  }

  changeBy({ type, topic, data }: LoggedFact): RightsChange | undefined {
    if (type !== RoomJoined.type && type !== RoomLeft.type) return undefined;
    const granted = type === RoomJoined.type;
    const roomId = granted
      ? (JSON.parse(data) as RoomJoined['data']).room.id
      : (JSON.parse(data) as RoomLeft['data']).roomId;
    return { userId: ownerOf(topic), topic: roomTopic(roomId), granted };
  }
}

import {
  EventLog,
  type LoggedEvent,
  type PermissionChange,
  type PermissionRule,
  type Schema,
} from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { accountTopic, ownerOf } from '../../accounts/accounts.events.js';
import { RoomJoined, RoomLeft, ROOMS, roomTopic } from '../room/rooms.events.js';
import { MembersRepository } from '../room/members.repository.js';

/** Grants the topic of a room to its members, from the event with which they join to the one with which they leave. */
@Injectable()
export class RoomPermissions implements PermissionRule {
  constructor(
    private readonly members: MembersRepository,
    private readonly log: EventLog,
  ) {}

  /**
   * Each topic from the event with which the user joined, if the log still keeps it: earlier events are not granted.
   */
  async topicsOf(db: Kysely<Schema>, userId: string): Promise<Map<string, number>> {
    const topics = new Map<string, number>();
    for (const roomId of await this.members.shownRoomIdsOf(db, userId))
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

  async usersOf(db: Kysely<Schema>, topic: string): Promise<string[] | undefined> {
    const [head, roomId] = topic.split('/');
    return head === ROOMS && roomId ? this.members.shownUserIdsOf(db, roomId) : undefined;
  }

  changeBy({ type, topic, data }: LoggedEvent): PermissionChange | undefined {
    if (type !== RoomJoined.type && type !== RoomLeft.type) return undefined;
    const granted = type === RoomJoined.type;
    const roomId = granted
      ? (JSON.parse(data) as RoomJoined['data']).room.id
      : (JSON.parse(data) as RoomLeft['data']).roomId;
    return { userId: ownerOf(topic), topic: roomTopic(roomId), granted };
  }
}

import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.js';
import { Problem } from '../http/problems.js';
import type { Member, Room } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

export interface RoomOfMember {
  readonly room: Room;
  readonly member: Member;
}

/** What a person may do in a room. What is not theirs to see is not there for them. */
@Injectable()
export class RoomAccess {
  constructor(private readonly rooms: RoomsRepository) {}

  /**
   * A room as anyone may see it who could get in: public, one's own, or by invitation.
   *
   * @throws Problem `not-found`
   */
  async visible(db: Kysely<Schema>, roomId: string, userId: string): Promise<Room> {
    const room = await this.rooms.find(db, roomId);
    if (room && (await this.#isVisible(db, room, userId))) return room;
    throw roomNotFound(roomId);
  }

  /** As `visible`, and nobody else changes anything in the room until the transaction ends. */
  async lockVisible(db: Kysely<Schema>, roomId: string, userId: string): Promise<Room> {
    await this.rooms.lock(db, roomId);
    return this.visible(db, roomId, userId);
  }

  /** @throws Problem `not-found`; `forbidden`: the room is public, and the person has not joined it. */
  async asMember(db: Kysely<Schema>, roomId: string, userId: string): Promise<RoomOfMember> {
    return this.#member(db, await this.rooms.find(db, roomId), roomId, userId);
  }

  /** As `asMember`, and nobody else changes anything in the room until the transaction ends. */
  async lockAsMember(db: Kysely<Schema>, roomId: string, userId: string): Promise<RoomOfMember> {
    return this.#member(db, await this.rooms.lock(db, roomId), roomId, userId);
  }

  async #member(
    db: Kysely<Schema>,
    room: Room | undefined,
    roomId: string,
    userId: string,
  ): Promise<RoomOfMember> {
    const member = room && (await this.rooms.findMember(db, roomId, userId));
    if (member) return { room, member };
    if (!room || !(await this.#isVisible(db, room, userId))) throw roomNotFound(roomId);
    throw new Problem('forbidden', 'You are not in this room. Join it first.');
  }

  async #isVisible(db: Kysely<Schema>, { id, kind }: Room, userId: string): Promise<boolean> {
    if (kind === 'public') return true;
    if (await this.rooms.findMember(db, id, userId)) return true;
    return (await this.rooms.findInvitation(db, id, userId)) !== undefined;
  }
}

/** In the same words for a room that is not there and one that is not for the caller. */
const roomNotFound = (id: string): Problem =>
  new Problem('not-found', `There is no room with the id ${id.toWellFormed()} for you.`);

/** @throws Problem `forbidden` */
export function refuseUnlessOwner({ member }: RoomOfMember): void {
  if (member.role !== 'owner')
    throw new Problem('forbidden', 'Only an owner of the room may do this.');
}

/** @throws Problem `conflict`: the room is archived. */
export function refuseArchived({ archivedAt }: Room): void {
  if (archivedAt)
    throw new Problem('conflict', 'The room is archived. An owner has to reopen it first.');
}

/** @throws Problem `conflict`: a direct conversation stays as it is. */
export function refuseDirect({ kind }: Room): void {
  if (kind === 'direct')
    throw new Problem('conflict', 'A direct conversation is of two people, and stays as it is.');
}

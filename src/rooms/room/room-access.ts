import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { InvitationsRepository } from './invitations.repository.js';
import { MembersRepository } from './members.repository.js';
import { canEnter, canSee, enforce, type Relation, type RoomOfMember } from './room-rules.js';
import type { Room } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

/** Reads a room and the caller's relation to it, and enforces the rules of access. */
@Injectable()
export class RoomAccess {
  constructor(
    private readonly rooms: RoomsRepository,
    private readonly members: MembersRepository,
    private readonly invitations: InvitationsRepository,
  ) {}

  /** @throws Problem `not-found`: there is no such room, or the user must not see it. */
  async visible(db: Kysely<Schema>, roomId: string, userId: string): Promise<Room> {
    const found = await this.#find(db, roomId, userId);
    const relation = await this.#relation(db, roomId, userId, found);
    enforce(canSee(roomId, relation));
    return relation.room!;
  }

  /** Like `visible`, and locks the room: nobody else changes anything in it until the transaction ends. */
  async lockVisible(db: Kysely<Schema>, roomId: string, userId: string): Promise<Room> {
    await this.rooms.lock(db, roomId);
    return this.visible(db, roomId, userId);
  }

  /** @throws Problem `not-found`; `forbidden`: the user sees the room, but is not a member. */
  async asMember(db: Kysely<Schema>, roomId: string, userId: string): Promise<RoomOfMember> {
    return this.#entered(db, roomId, userId, await this.#find(db, roomId, userId));
  }

  /** Like `asMember`, and locks the room: nobody else changes anything in it until the transaction ends. */
  async lockAsMember(db: Kysely<Schema>, roomId: string, userId: string): Promise<RoomOfMember> {
    // PostgreSQL gets both statements in one write, and runs the second one once it has the lock.
    const [room, member] = await Promise.all([
      this.rooms.lock(db, roomId),
      this.members.findMember(db, roomId, userId),
    ]);
    return this.#entered(db, roomId, userId, { room, member });
  }

  async #find(db: Kysely<Schema>, roomId: string, userId: string): Promise<Found> {
    const room = await this.rooms.find(db, roomId);
    return { room, member: room && (await this.members.findMember(db, roomId, userId)) };
  }

  async #entered(
    db: Kysely<Schema>,
    roomId: string,
    userId: string,
    found: Found,
  ): Promise<RoomOfMember> {
    const relation = await this.#relation(db, roomId, userId, found);
    enforce(canEnter(roomId, relation));
    return { room: relation.room!, member: relation.member! };
  }

  /** Reads the invitation only of users who are not members: almost all are. */
  async #relation(
    db: Kysely<Schema>,
    roomId: string,
    userId: string,
    { room, member }: Found,
  ): Promise<Relation> {
    const isInvited =
      room?.kind === 'private' &&
      !member &&
      (await this.invitations.findInvitation(db, roomId, userId)) !== undefined;
    return { room, member, isInvited };
  }
}

type Found = Omit<Relation, 'isInvited'>;

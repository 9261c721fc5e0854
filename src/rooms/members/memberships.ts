import type { Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { lockUsers } from '../../users/lock-users.js';
import { Invitations } from '../invitations/invitations.js';
import { MAX_MEMBERS, MAX_ROOMS, refuseAbove } from '../room/limits.js';
import type { Member, Membership, Role, Room } from '../room/room.js';
import {
  MemberJoined,
  MemberLeft,
  RoomJoined,
  RoomLeft,
  RoomUpdated,
} from '../room/rooms.events.js';
import { RoomsRepository } from '../room/rooms.repository.js';
import { MembershipsRepository } from './memberships.repository.js';
import { MembersRepository } from '../room/members.repository.js';
import { Lines } from '../lines/lines.js';
import { Threads } from '../threads/threads.js';

/** Adds and removes members, for each command that does so. */
@Injectable()
export class Memberships {
  constructor(
    private readonly rooms: RoomsRepository,
    private readonly members: MembersRepository,
    private readonly invitations: Invitations,
    private readonly memberships: MembershipsRepository,
    private readonly threads: Threads,
    private readonly lines: Lines,
  ) {}

  /** Adds a member. Earlier messages count as read. */
  async add(tx: Transaction, room: Room, userId: string, role: Role): Promise<Membership> {
    await lockUsers(tx.db, userId);
    const member = await this.#insert(tx, room, userId, role);
    await this.invitations.remove(tx, room.id, userId, userId);
    await this.lines.add(tx, room.id, [{ kind: 'joined', userId }]);
    return this.#recordJoined(tx, room, member);
  }

  /**
   * Hides a direct conversation from one member: their streams get no more of its events. The other member is not
   * notified.
   */
  async hide(tx: Transaction, roomId: string, userId: string): Promise<void> {
    if (!(await this.members.setHidden(tx.db, roomId, userId, true))) return;
    await this.threads.left(tx, roomId, userId);
    tx.record(new RoomLeft(userId, { roomId, by: userId }), userId);
  }

  /** Shows a direct conversation again to the members, or to those of `userIds`, who hide it. */
  async show(
    tx: Transaction,
    roomId: string,
    by: string,
    userIds?: readonly string[],
  ): Promise<void> {
    const both = userIds ?? (await this.members.members(tx.db, roomId)).map(({ userId }) => userId);
    for (const userId of both)
      if (await this.members.setHidden(tx.db, roomId, userId, false)) {
        const membership = (await this.memberships.find(tx.db, userId, roomId))!;
        tx.record(new RoomJoined(userId, membership), by);
      }
  }

  /** Adds both members of a direct conversation before it records the events. */
  async addBoth(tx: Transaction, room: Room, userIds: readonly string[]): Promise<void> {
    await lockUsers(tx.db, ...userIds);
    const members: Member[] = [];
    for (const userId of userIds) members.push(await this.#insert(tx, room, userId, 'member'));
    for (const member of members) await this.#recordJoined(tx, room, member);
  }

  /** @throws Problem `conflict`: the user is in too many rooms, or the room has too many members. */
  async #insert(tx: Transaction, room: Room, userId: string, role: Role): Promise<Member> {
    refuseAbove(
      MAX_ROOMS,
      await this.members.countRooms(tx.db, userId),
      `A user can be in at most ${MAX_ROOMS} rooms and direct conversations, and must leave one first.`,
    );
    refuseAbove(
      MAX_MEMBERS,
      await this.members.countMembers(tx.db, room.id),
      `This room has ${MAX_MEMBERS} members, the maximum. A member must leave first.`,
    );
    const member = { userId, role, joinedAt: new Date().toISOString() };
    const lastSeq = await this.rooms.lastSeq(tx.db, room.id);
    await this.members.insertMember(tx.db, room.id, member, lastSeq);
    return member;
  }

  async #recordJoined(tx: Transaction, room: Room, member: Member): Promise<Membership> {
    const { userId } = member;
    const membership = (await this.memberships.find(tx.db, userId, room.id))!;
    tx.record(new RoomJoined(userId, membership), userId);
    tx.record(new MemberJoined(room.id, member), userId);
    return membership;
  }

  /** @param by the user who leaves, or the owner who removes them. */
  async remove(tx: Transaction, roomId: string, userId: string, by: string): Promise<void> {
    await this.members.removeMember(tx.db, roomId, userId);
    await this.threads.left(tx, roomId, userId);
    await this.lines.add(tx, roomId, [{ kind: 'left', userId }]);
    // First: the member who leaves must not receive later events of the room.
    tx.record(new RoomLeft(userId, { roomId, by }), by);
    tx.record(new MemberLeft({ roomId, userId, by }), by);
  }

  /** Archives a room after its last member has left. */
  async archive(tx: Transaction, room: Room, by: string): Promise<void> {
    await this.invitations.removeAll(tx, room.id, by);
    if (room.archivedAt) return;
    const now = new Date().toISOString();
    const archived = { ...room, archivedAt: now, updatedAt: now };
    await this.rooms.update(tx.db, archived);
    for (const event of RoomUpdated.forAll(archived, [])) tx.record(event, by);
  }
}

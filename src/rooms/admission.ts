import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/unit-of-work.js';
import { MOST_MEMBERS, MOST_ROOMS, refuseAbove } from './limits.js';
import { MembershipsRepository } from './memberships.repository.js';
import { MessagesRepository } from './messages.repository.js';
import type { Member, Membership, Role, Room } from './room.js';
import {
  MemberJoined,
  MemberLeft,
  MemberUninvited,
  RoomJoined,
  RoomLeft,
  RoomUpdated,
} from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';

/** How people get into a room and out of it, whichever command it is that does it. */
@Injectable()
export class Admission {
  constructor(
    private readonly rooms: RoomsRepository,
    private readonly messages: MessagesRepository,
    private readonly memberships: MembershipsRepository,
  ) {}

  /** What was said before counts as read. */
  async admit(tx: Transaction, room: Room, userId: string, role: Role): Promise<Membership> {
    const member = await this.#enter(tx, room, userId, role);
    await this.uninvite(tx, room.id, userId, userId);
    return this.#tell(tx, room, member);
  }

  /** Hides a direct conversation from one of the two, whose streams hear no more of it; the other one is not told. */
  async hide(tx: Transaction, roomId: string, userId: string): Promise<void> {
    if (await this.rooms.setHidden(tx.db, roomId, userId, true))
      tx.record(new RoomLeft(userId, { roomId, by: userId }), userId);
  }

  /** Shows a direct conversation again to whoever of the two, or of `userIds`, hides it. */
  async showAgain(
    tx: Transaction,
    roomId: string,
    by: string,
    userIds?: readonly string[],
  ): Promise<void> {
    const both = userIds ?? (await this.rooms.members(tx.db, roomId)).map(({ userId }) => userId);
    for (const userId of both)
      if (await this.rooms.setHidden(tx.db, roomId, userId, false)) {
        const membership = (await this.memberships.find(tx.db, userId, roomId))!;
        tx.record(new RoomJoined(userId, membership), by);
      }
  }

  /** Both are in it before one of them is told. */
  async admitBoth(tx: Transaction, room: Room, userIds: readonly string[]): Promise<void> {
    const members: Member[] = [];
    for (const userId of userIds) members.push(await this.#enter(tx, room, userId, 'member'));
    for (const member of members) await this.#tell(tx, room, member);
  }

  /** @throws Problem `conflict`: the user is in too many rooms, or the room has too many members. */
  async #enter(tx: Transaction, room: Room, userId: string, role: Role): Promise<Member> {
    refuseAbove(
      MOST_ROOMS,
      await this.rooms.countRooms(tx.db, userId),
      `A user can be in ${MOST_ROOMS} rooms and direct conversations, and has to leave one first.`,
    );
    refuseAbove(
      MOST_MEMBERS,
      await this.rooms.countMembers(tx.db, room.id),
      `The room has ${MOST_MEMBERS} members, and takes no more.`,
    );
    const member = { userId, role, joinedAt: new Date().toISOString() };
    const lastSeq = await this.messages.lastSeq(tx.db, room.id);
    await this.rooms.insertMember(tx.db, room.id, member, lastSeq);
    return member;
  }

  async #tell(tx: Transaction, room: Room, member: Member): Promise<Membership> {
    const { userId } = member;
    const membership = (await this.memberships.find(tx.db, userId, room.id))!;
    tx.record(new RoomJoined(userId, membership), userId);
    tx.record(new MemberJoined(room.id, member), userId);
    return membership;
  }

  /**
   * @param by they themselves, or who takes the invitation back.
   * @returns whether there was one.
   */
  async uninvite(tx: Transaction, roomId: string, userId: string, by: string): Promise<boolean> {
    const wasInvited = await this.rooms.removeInvitation(tx.db, roomId, userId);
    if (wasInvited)
      for (const fact of MemberUninvited.forBoth({ roomId, userId })) tx.record(fact, by);
    return wasInvited;
  }

  /** Takes back all invitations into a room: one that is archived cannot be joined. */
  async uninviteAll(tx: Transaction, roomId: string, by: string): Promise<void> {
    for (const { userId } of await this.rooms.invitationsTo(tx.db, roomId))
      await this.uninvite(tx, roomId, userId, by);
  }

  /** @param by they themselves, or who removes them. */
  async dismiss(tx: Transaction, roomId: string, userId: string, by: string): Promise<void> {
    await this.rooms.removeMember(tx.db, roomId, userId);
    // First, so that who leaves hears nothing of the room behind it.
    tx.record(new RoomLeft(userId, { roomId, by }), by);
    tx.record(new MemberLeft({ roomId, userId, by }), by);
  }

  /** Archives a room that its last member has left. */
  async close(tx: Transaction, room: Room, by: string): Promise<void> {
    await this.uninviteAll(tx, room.id, by);
    if (room.archivedAt) return;
    const now = new Date().toISOString();
    const archived = { ...room, archivedAt: now, updatedAt: now };
    await this.rooms.update(tx.db, archived);
    for (const fact of RoomUpdated.forAll(archived, [])) tx.record(fact, by);
  }
}

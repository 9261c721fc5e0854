import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/unit-of-work.js';
import { MembershipsRepository } from './memberships.repository.js';
import { MessagesRepository } from './messages.repository.js';
import type { Member, Membership, Role, Room } from './room.js';
import { MemberJoined, MemberLeft, MemberUninvited, RoomJoined, RoomLeft } from './rooms.events.js';
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

  /** Both are in it before one of them is told. */
  async admitBoth(tx: Transaction, room: Room, userIds: readonly string[]): Promise<void> {
    const members: Member[] = [];
    for (const userId of userIds) members.push(await this.#enter(tx, room, userId, 'member'));
    for (const member of members) await this.#tell(tx, room, member);
  }

  async #enter(tx: Transaction, room: Room, userId: string, role: Role): Promise<Member> {
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
}

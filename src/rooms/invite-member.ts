import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { invalidProperty, Problem } from '../http/problems.js';
import { CanSignIn } from '../users/can-sign-in.js';
import { Contacts } from './contacts.js';
import { ContactQuota } from './contact-quota.js';
import { MOST_INVITATIONS, refuseAbove } from './limits.js';
import { refuseArchived, refuseDirect, RoomAccess, type RoomOfMember } from './room-access.js';
import type { Invitation } from './room.js';
import { MemberInvited } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';

/** Invites someone into a room; they decide whether they come. */
export class InviteMember extends Command<{ invitation: Invitation; isNew: boolean }> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly userId: string,
  ) {
    super();
  }
}

@CommandHandler(InviteMember)
export class InviteMemberHandler implements ICommandHandler<InviteMember> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly queries: QueryBus,
    private readonly access: RoomAccess,
    private readonly contacts: Contacts,
    private readonly quota: ContactQuota,
    private readonly rooms: RoomsRepository,
  ) {}

  async execute(command: InviteMember): Promise<{ invitation: Invitation; isNew: boolean }> {
    const { callerId, roomId, userId } = command;
    const canSignIn = await this.queries.execute(new CanSignIn(userId));
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      refuseInvitations(own);
      if (!canSignIn) throw invalidProperty('userId', 'must be the id of a user who can sign in');
      if (await this.rooms.findMember(tx.db, roomId, userId))
        throw new Problem('conflict', `${userId} is a member of this room already.`);
      const found = await this.rooms.findInvitation(tx.db, roomId, userId);
      if (found) return { invitation: found, isNew: false };
      await this.contacts.refuseBlocked(tx.db, callerId, userId);
      await this.#refuseTooMany(tx.db, callerId, userId);
      this.quota.take(callerId);
      const createdAt = new Date().toISOString();
      const invitation = { room: own.room, userId, invitedBy: callerId, createdAt };
      await this.rooms.insertInvitation(tx.db, invitation);
      for (const fact of MemberInvited.forBoth(invitation)) tx.record(fact, callerId);
      return { invitation, isNew: true };
    });
  }

  /** @throws Problem `conflict` */
  async #refuseTooMany(db: Kysely<Schema>, callerId: string, userId: string): Promise<void> {
    const { by, to, between } = MOST_INVITATIONS;
    refuseAbove(
      between,
      (await this.rooms.invitationsBetween(db, callerId, userId)).length,
      `This user has ${between} unanswered invitations from you. Withdraw one first.`,
    );
    refuseAbove(
      by,
      await this.rooms.countInvitations(db, 'invited_by', callerId),
      `${by} of your invitations are unanswered. Withdraw one first.`,
    );
    refuseAbove(
      to,
      await this.rooms.countInvitations(db, 'user_id', userId),
      'This user has too many unanswered invitations. Try again later.',
    );
  }
}

/** @throws Problem `conflict`, `forbidden` */
function refuseInvitations({ room, member }: RoomOfMember): void {
  refuseDirect(room);
  refuseArchived(room);
  if (room.kind === 'private' && member.role !== 'owner')
    throw new Problem('forbidden', 'Only an owner may invite into a private room.');
}

import { type Schema, UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import type { Kysely } from 'kysely';
import { CanSignIn } from '../../users/can-sign-in.js';
import { lockUsers } from '../../users/lock-users.js';
import { MAX_INVITATIONS, refuseAbove } from '../room/limits.js';
import { RoomAccess } from '../room/room-access.js';
import { canBeInvited, canInvite, enforce } from '../room/room-rules.js';
import type { Invitation } from '../room/room.js';
import { MemberInvited } from '../room/rooms.events.js';
import { ContactQuota } from './contact-quota.js';
import { Contacts } from './contacts.js';
import { MembersRepository } from '../room/members.repository.js';
import { InvitationsRepository } from '../room/invitations.repository.js';

/** Invites a user to a room. The user accepts by joining. */
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
    private readonly members: MembersRepository,
    private readonly invitations: InvitationsRepository,
  ) {}

  async execute(command: InviteMember): Promise<{ invitation: Invitation; isNew: boolean }> {
    const { callerId, roomId, userId } = command;
    const canSignIn = await this.queries.execute(new CanSignIn(userId));
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      enforce(canInvite(own));
      const isMember = (await this.members.findMember(tx.db, roomId, userId)) !== undefined;
      enforce(canBeInvited(userId, { canSignIn, isMember }));
      const found = await this.invitations.findInvitation(tx.db, roomId, userId);
      if (found) return { invitation: found, isNew: false };
      await this.contacts.refuseBlocked(tx.db, callerId, userId);
      await this.#refuseTooMany(tx.db, callerId, userId);
      this.quota.take(callerId);
      const createdAt = new Date().toISOString();
      const invitation = { room: own.room, userId, invitedBy: callerId, createdAt };
      await this.invitations.insertInvitation(tx.db, invitation);
      for (const event of MemberInvited.forBoth(invitation)) tx.record(event, callerId);
      return { invitation, isNew: true };
    });
  }

  /** @throws Problem `conflict` */
  async #refuseTooMany(db: Kysely<Schema>, callerId: string, userId: string): Promise<void> {
    await lockUsers(db, callerId, userId);
    const { by, to, between } = MAX_INVITATIONS;
    refuseAbove(
      between,
      (await this.invitations.invitationsBetween(db, callerId, userId)).length,
      `This user has ${between} unanswered invitations from you. Withdraw one first.`,
    );
    refuseAbove(
      by,
      await this.invitations.countInvitations(db, 'invited_by', callerId),
      `${by} of your invitations are unanswered. Withdraw one first.`,
    );
    refuseAbove(
      to,
      await this.invitations.countInvitations(db, 'user_id', userId),
      'This user has too many unanswered invitations. Try again later.',
    );
  }
}

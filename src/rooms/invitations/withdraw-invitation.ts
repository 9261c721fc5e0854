import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Problem } from '../../http/problems.js';
import { RoomAccess } from '../room/room-access.js';
import { canWithdraw, enforce, REFUSALS } from '../room/room-rules.js';
import { Invitations } from './invitations.js';
import { MembersRepository } from '../room/members.repository.js';
import { InvitationsRepository } from '../room/invitations.repository.js';

/** Declines or withdraws an invitation. */
export class WithdrawInvitation extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly userId: string,
  ) {
    super();
  }
}

@CommandHandler(WithdrawInvitation)
export class WithdrawInvitationHandler implements ICommandHandler<WithdrawInvitation> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly members: MembersRepository,
    private readonly invitationsRepository: InvitationsRepository,
    private readonly invitations: Invitations,
  ) {}

  execute({ callerId, roomId, userId }: WithdrawInvitation): Promise<void> {
    return this.work.run(async (tx) => {
      await this.access.lockVisible(tx.db, roomId, callerId);
      const invitation = await this.invitationsRepository.findInvitation(tx.db, roomId, userId);
      const member = await this.members.findMember(tx.db, roomId, callerId);
      enforce(canWithdraw(callerId, userId, invitation, member));
      if (!(await this.invitations.remove(tx, roomId, userId, callerId)))
        throw new Problem('not-found', REFUSALS.notInvited(userId.toWellFormed()));
    });
  }
}

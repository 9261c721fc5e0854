import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Problem } from '../http/problems.js';
import { Admission } from './admission.js';
import { refuseUnlessOwner, RoomAccess } from './room-access.js';
import { RoomsRepository } from './rooms.repository.js';

/** Declines an invitation, or takes it back. */
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
    private readonly rooms: RoomsRepository,
    private readonly admission: Admission,
  ) {}

  execute({ callerId, roomId, userId }: WithdrawInvitation): Promise<void> {
    return this.work.run(async (tx) => {
      await this.access.lockVisible(tx.db, roomId, callerId);
      const invitation = await this.rooms.findInvitation(tx.db, roomId, userId);
      if (userId !== callerId && invitation?.invitedBy !== callerId)
        refuseUnlessOwner(await this.access.lockAsMember(tx.db, roomId, callerId));
      if (!(await this.admission.uninvite(tx, roomId, userId, callerId)))
        throw new Problem('not-found', `${userId.toWellFormed()} is not invited into this room.`);
    });
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Admission } from './admission.js';
import { MembershipQuota } from './membership-quota.js';
import { MembershipsRepository } from './memberships.repository.js';
import { refuseArchived, RoomAccess } from './room-access.js';
import type { Membership } from './room.js';

/** Joins a public room, or accepts an invitation. A direct conversation that the caller hides is shown again. */
export class JoinRoom extends Command<{ membership: Membership; isNew: boolean }> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
  ) {
    super();
  }
}

@CommandHandler(JoinRoom)
export class JoinRoomHandler implements ICommandHandler<JoinRoom> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly memberships: MembershipsRepository,
    private readonly admission: Admission,
    private readonly quota: MembershipQuota,
  ) {}

  execute({ callerId, roomId }: JoinRoom): Promise<{ membership: Membership; isNew: boolean }> {
    return this.work.run(async (tx) => {
      const room = await this.access.lockVisible(tx.db, roomId, callerId);
      const mine = await this.memberships.find(tx.db, callerId, roomId);
      if (mine) {
        if (room.kind === 'direct')
          await this.admission.showAgain(tx, roomId, callerId, [callerId]);
        return { membership: mine, isNew: false };
      }
      refuseArchived(room);
      this.quota.take(callerId);
      const membership = await this.admission.admit(tx, room, callerId, 'member');
      return { membership, isNew: true };
    });
  }
}

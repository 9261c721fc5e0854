import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RoomAccess } from '../room/room-access.js';
import { canJoin, enforce } from '../room/room-rules.js';
import type { Membership } from '../room/room.js';
import { MembershipQuota } from './membership-quota.js';
import { Memberships } from './memberships.js';
import { MembershipsRepository } from './memberships.repository.js';

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
    private readonly repository: MembershipsRepository,
    private readonly memberships: Memberships,
    private readonly quota: MembershipQuota,
  ) {}

  execute({ callerId, roomId }: JoinRoom): Promise<{ membership: Membership; isNew: boolean }> {
    return this.work.run(async (tx) => {
      const room = await this.access.lockVisible(tx.db, roomId, callerId);
      const mine = await this.repository.find(tx.db, callerId, roomId);
      if (mine) {
        if (room.kind === 'direct') await this.memberships.show(tx, roomId, callerId, [callerId]);
        return { membership: mine, isNew: false };
      }
      enforce(canJoin(room));
      this.quota.take(callerId);
      const membership = await this.memberships.add(tx, room, callerId, 'member');
      return { membership, isNew: true };
    });
  }
}

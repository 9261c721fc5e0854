import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RoomAccess } from '../room/room-access.js';
import { canBeRemoved, canHide, canRemove, enforce } from '../room/room-rules.js';
import { MembershipQuota } from './membership-quota.js';
import { Memberships } from './memberships.js';
import { MembersRepository } from '../room/members.repository.js';

/**
 * Leaves a room, or removes a member. Leaving a direct conversation hides it until one of the two posts in it or the
 * caller opens it again. When the last member leaves, the room is archived and its invitations are withdrawn.
 */
export class RemoveMember extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly userId: string,
  ) {
    super();
  }
}

@CommandHandler(RemoveMember)
export class RemoveMemberHandler implements ICommandHandler<RemoveMember> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly members: MembersRepository,
    private readonly memberships: Memberships,
    private readonly quota: MembershipQuota,
  ) {}

  execute({ callerId, roomId, userId }: RemoveMember): Promise<void> {
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      if (userId === callerId) this.quota.take(callerId);
      if (canHide(own, userId)) return this.memberships.hide(tx, roomId, userId);
      enforce(canRemove(own, userId));
      const members = await this.members.members(tx.db, roomId);
      enforce(canBeRemoved(userId, members));
      await this.memberships.remove(tx, roomId, userId, callerId);
      if (members.length === 1) await this.memberships.archive(tx, own.room, callerId);
    });
  }
}

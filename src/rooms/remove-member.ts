import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Problem } from '../http/problems.js';
import { Admission } from './admission.js';
import { MembershipQuota } from './membership-quota.js';
import { refuseDirect, RoomAccess } from './room-access.js';
import type { Member } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

/**
 * Leaves a room, or has an owner remove someone. A direct conversation is hidden from the one who leaves it, until
 * something new is said in it or they open it again. The last one who leaves archives it, and takes its invitations back.
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
    private readonly rooms: RoomsRepository,
    private readonly admission: Admission,
    private readonly quota: MembershipQuota,
  ) {}

  execute({ callerId, roomId, userId }: RemoveMember): Promise<void> {
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      if (userId === callerId) this.quota.take(callerId);
      if (own.room.kind === 'direct' && userId === callerId)
        return this.admission.hide(tx, roomId, userId);
      refuseDirect(own.room);
      if (userId !== callerId && own.member.role !== 'owner')
        throw new Problem('forbidden', 'Only an owner of the room may remove others.');
      const members = await this.rooms.members(tx.db, roomId);
      refuseLastOwner(members, userId);
      await this.admission.dismiss(tx, roomId, userId, callerId);
      if (members.length === 1) await this.admission.close(tx, own.room, callerId);
    });
  }
}

/** @throws Problem `not-found`: they are not in the room; `conflict`: the room would be without an owner. */
function refuseLastOwner(members: readonly Member[], userId: string): void {
  const leaving = members.find((member) => member.userId === userId);
  if (!leaving)
    throw new Problem('not-found', `${userId.toWellFormed()} is not a member of this room.`);
  const owners = members.filter(({ role }) => role === 'owner');
  if (leaving.role === 'owner' && owners.length === 1 && members.length > 1)
    throw new Problem('conflict', 'The last owner cannot leave: make someone else an owner first.');
}

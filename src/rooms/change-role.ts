import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Problem } from '../http/problems.js';
import { refuseDirect, refuseUnlessOwner, RoomAccess } from './room-access.js';
import type { Member, Role } from './room.js';
import { MemberChanged } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';

/** Makes a member an owner, or an owner a member. */
export class ChangeRole extends Command<Member> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly userId: string,
    readonly role: Role,
  ) {
    super();
  }
}

@CommandHandler(ChangeRole)
export class ChangeRoleHandler implements ICommandHandler<ChangeRole> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly rooms: RoomsRepository,
  ) {}

  execute({ callerId, roomId, userId, role }: ChangeRole): Promise<Member> {
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      refuseDirect(own.room);
      refuseUnlessOwner(own);
      const members = await this.rooms.members(tx.db, roomId);
      const member = members.find((one) => one.userId === userId);
      if (!member)
        throw new Problem('not-found', `${userId.toWellFormed()} is not a member of this room.`);
      if (member.role === role) return member;
      const owners = members.filter((one) => one.role === 'owner');
      if (role === 'member' && owners.length === 1)
        throw new Problem('conflict', 'A room needs an owner: make someone else an owner first.');
      const changed = { ...member, role };
      await this.rooms.setRole(tx.db, roomId, userId, role);
      tx.record(new MemberChanged(roomId, changed), callerId);
      return changed;
    });
  }
}

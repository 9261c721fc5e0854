import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RoomAccess } from '../room/room-access.js';
import { canAdminister, canHaveRole, enforce } from '../room/room-rules.js';
import type { Member, Role } from '../room/room.js';
import { MemberChanged } from '../room/rooms.events.js';
import { MembersRepository } from '../room/members.repository.js';

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
    private readonly members: MembersRepository,
  ) {}

  execute({ callerId, roomId, userId, role }: ChangeRole): Promise<Member> {
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      enforce(canAdminister(own));
      const members = await this.members.members(tx.db, roomId);
      enforce(canHaveRole(userId, role, members));
      const member = members.find((one) => one.userId === userId)!;
      if (member.role === role) return member;
      const changed = { ...member, role };
      await this.members.setRole(tx.db, roomId, userId, role);
      tx.record(new MemberChanged(roomId, changed), callerId);
      return changed;
    });
  }
}

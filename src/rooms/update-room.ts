import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Precondition } from '../http/preconditions.js';
import { Admission } from './admission.js';
import { refuseArchived, refuseDirect, refuseUnlessOwner, RoomAccess } from './room-access.js';
import type { Room } from './room.js';
import { RoomUpdated } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';

/** Renames a room, archives it, which takes its invitations back, or reopens it. */
export class UpdateRoom extends Command<Room> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly changes: { readonly name?: string; readonly archived?: boolean },
    readonly precondition: Precondition,
  ) {
    super();
  }
}

@CommandHandler(UpdateRoom)
export class UpdateRoomHandler implements ICommandHandler<UpdateRoom> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly rooms: RoomsRepository,
    private readonly admission: Admission,
  ) {}

  execute({ callerId, roomId, changes, precondition }: UpdateRoom): Promise<Room> {
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      const { room } = own;
      refuseDirect(room);
      refuseUnlessOwner(own);
      precondition.check(room);
      const now = new Date().toISOString();
      const { name = room.name, archived = room.archivedAt !== null } = changes;
      if (archived && name !== room.name) refuseArchived(room);
      const archivedAt = archived ? (room.archivedAt ?? now) : null;
      if (name === room.name && archivedAt === room.archivedAt) return room;
      const updated = { ...room, name, archivedAt, updatedAt: now };
      await this.rooms.update(tx.db, updated);
      if (archived) await this.admission.uninviteAll(tx, roomId, callerId);
      const invitations = await this.rooms.invitationsTo(tx.db, roomId);
      for (const fact of RoomUpdated.forAll(updated, invitations)) tx.record(fact, callerId);
      return updated;
    });
  }
}

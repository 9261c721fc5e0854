import { isDeepStrictEqual } from 'node:util';
import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Precondition } from '../http/preconditions.js';
import { Invitations } from './invitations/invitations.js';
import { changesBetween } from './lines/line-change.js';
import { Lines } from './lines/lines.js';
import { RoomAccess } from './room/room-access.js';
import { canAdminister, canDescribe, enforce } from './room/room-rules.js';
import type { Room } from './room/room.js';
import { RoomUpdated } from './room/rooms.events.js';
import { RoomsRepository } from './room/rooms.repository.js';
import { InvitationsRepository } from './room/invitations.repository.js';

/** Renames, archives or reopens a room, or changes its topic. Archiving withdraws its invitations. */
export class UpdateRoom extends Command<Room> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly changes: {
      readonly name?: string;
      readonly topic?: string | null;
      readonly archived?: boolean;
    },
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
    private readonly invitationsRepository: InvitationsRepository,
    private readonly invitations: Invitations,
    private readonly lines: Lines,
  ) {}

  execute({ callerId, roomId, changes, precondition }: UpdateRoom): Promise<Room> {
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      const { room } = own;
      enforce(canAdminister(own));
      precondition.check(room);
      const now = new Date().toISOString();
      const { name = room.name, topic = room.topic } = changes;
      const { archived = room.archivedAt !== null } = changes;
      enforce(canDescribe(room, { name, topic, archived }));
      const archivedAt = archived ? (room.archivedAt ?? now) : null;
      const changed = { ...room, name, topic, archivedAt };
      if (isDeepStrictEqual(changed, room)) return room;
      const updated = { ...changed, updatedAt: now };
      await this.rooms.update(tx.db, updated);
      await this.lines.add(tx, roomId, changesBetween(room, updated));
      if (archived) await this.invitations.removeAll(tx, roomId, callerId);
      const invitations = await this.invitationsRepository.invitationsTo(tx.db, roomId);
      for (const event of RoomUpdated.forAll(updated, invitations)) tx.record(event, callerId);
      return updated;
    });
  }
}

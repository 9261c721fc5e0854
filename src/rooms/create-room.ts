import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuidv7 } from 'uuid';
import { Memberships } from './members/memberships.js';
import type { Room } from './room/room.js';
import { RoomCreated } from './room/rooms.events.js';
import { RoomsRepository } from './room/rooms.repository.js';

/** Creates a room. The caller becomes its first owner. */
export class CreateRoom extends Command<Room> {
  constructor(
    readonly callerId: string,
    readonly kind: 'public' | 'private',
    readonly name: string,
  ) {
    super();
  }
}

@CommandHandler(CreateRoom)
export class CreateRoomHandler implements ICommandHandler<CreateRoom> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly rooms: RoomsRepository,
    private readonly memberships: Memberships,
  ) {}

  execute({ callerId, kind, name }: CreateRoom): Promise<Room> {
    return this.work.run(async (tx) => {
      const now = new Date().toISOString();
      const room: Room = {
        id: uuidv7(),
        kind,
        name,
        topic: null,
        archivedAt: null,
        createdAt: now,
        updatedAt: now,
      };
      await this.rooms.insert(tx.db, room);
      if (kind === 'public') tx.record(new RoomCreated(room), callerId);
      await this.memberships.add(tx, room, callerId, 'owner');
      return room;
    });
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuidv7 } from 'uuid';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Admission } from './admission.js';
import type { Room } from './room.js';
import { RoomCreated } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';

/** Makes a room whose first owner is who makes it. */
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
    private readonly admission: Admission,
  ) {}

  execute({ callerId, kind, name }: CreateRoom): Promise<Room> {
    return this.work.run(async (tx) => {
      const now = new Date().toISOString();
      const room: Room = {
        id: uuidv7(),
        kind,
        name,
        archivedAt: null,
        createdAt: now,
        updatedAt: now,
      };
      await this.rooms.insert(tx.db, room);
      if (kind === 'public') tx.record(new RoomCreated(room), callerId);
      await this.admission.admit(tx, room, callerId, 'owner');
      return room;
    });
  }
}

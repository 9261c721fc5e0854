import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RoomAccess } from '../room/room-access.js';
import type { ReadMarker } from '../room/room.js';
import { RoomsRepository } from '../room/rooms.repository.js';
import { ReadMarkers } from './read-markers.js';

/** Moves the read marker forward to a message; at most to the last one. */
export class MoveReadMarker extends Command<ReadMarker> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly seq: number,
    /** Has no effect if the marker is before this `seq`. */
    readonly from: number,
  ) {
    super();
  }
}

@CommandHandler(MoveReadMarker)
export class MoveReadMarkerHandler implements ICommandHandler<MoveReadMarker> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly rooms: RoomsRepository,
    private readonly markers: ReadMarkers,
  ) {}

  execute({ callerId, roomId, seq, from }: MoveReadMarker): Promise<ReadMarker> {
    return this.work.run(async (tx) => {
      await this.access.lockAsMember(tx.db, roomId, callerId);
      const last = await this.rooms.lastSeq(tx.db, roomId);
      return this.markers.move(tx, callerId, roomId, { seq: Math.min(seq, last), from });
    });
  }
}

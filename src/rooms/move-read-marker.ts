import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { MessagesRepository } from './messages.repository.js';
import { ReadMarkers } from './read-markers.js';
import { RoomAccess } from './room-access.js';
import type { ReadMarker } from './room.js';

/** Notes that all is read up to and including a place; a place behind the last message means that one. */
export class MoveReadMarker extends Command<ReadMarker> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly seq: number,
  ) {
    super();
  }
}

@CommandHandler(MoveReadMarker)
export class MoveReadMarkerHandler implements ICommandHandler<MoveReadMarker> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly messages: MessagesRepository,
    private readonly markers: ReadMarkers,
  ) {}

  execute({ callerId, roomId, seq }: MoveReadMarker): Promise<ReadMarker> {
    return this.work.run(async (tx) => {
      await this.access.lockAsMember(tx.db, roomId, callerId);
      const last = await this.messages.lastSeq(tx.db, roomId);
      return this.markers.move(tx, callerId, roomId, Math.min(seq, last));
    });
  }
}

import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RoomAccess } from '../room/room-access.js';
import type { ReadMarker } from '../room/room.js';
import { MembershipsRepository } from './memberships.repository.js';
import { ReadMarkers } from './read-markers.js';
import { Threads } from '../threads/threads.js';

/** Moves the read marker back before a message; by default before the last message of another user. */
export class MarkUnread extends Command<ReadMarker> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly seq: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(MarkUnread)
export class MarkUnreadHandler implements ICommandHandler<MarkUnread> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly memberships: MembershipsRepository,
    private readonly markers: ReadMarkers,
    private readonly threads: Threads,
  ) {}

  execute({ callerId, roomId, seq }: MarkUnread): Promise<ReadMarker> {
    return this.work.run(async (tx) => {
      await this.access.lockAsMember(tx.db, roomId, callerId);
      const first = seq ?? (await this.memberships.lastOfOthers(tx.db, callerId, roomId));
      const readSeq = first === undefined ? Number.MAX_SAFE_INTEGER : first - 1;
      await this.threads.keepRead(tx, roomId, callerId);
      return this.markers.moveBack(tx, callerId, roomId, readSeq);
    });
  }
}

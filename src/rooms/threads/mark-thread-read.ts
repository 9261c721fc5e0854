import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RoomAccess } from '../room/room-access.js';
import { RoomsRepository } from '../room/rooms.repository.js';
import { FollowersRepository } from './followers.repository.js';
import { ThreadChanged } from './threads.events.js';
import { Threads } from './threads.js';
import type { ThreadPlace, UnreadThread } from './unread-thread.js';
import { UnreadThreadsRepository } from './unread-threads.repository.js';

/** Moves the caller's marker of a thread forward; at most to the last message. Has no effect if they do not follow it. */
export class MarkThreadRead extends Command<UnreadThread> {
  constructor(
    readonly callerId: string,
    readonly place: ThreadPlace,
    readonly readSeq: number,
  ) {
    super();
  }
}

@CommandHandler(MarkThreadRead)
export class MarkThreadReadHandler implements ICommandHandler<MarkThreadRead> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly rooms: RoomsRepository,
    private readonly threads: Threads,
    private readonly followers: FollowersRepository,
    private readonly unread: UnreadThreadsRepository,
  ) {}

  execute({ callerId, place, readSeq }: MarkThreadRead): Promise<UnreadThread> {
    return this.work.run(async (tx) => {
      await this.access.lockAsMember(tx.db, place.roomId, callerId);
      await this.threads.refuseUnknown(tx.db, place);
      const last = await this.rooms.lastSeq(tx.db, place.roomId);
      const to = Math.min(readSeq, last);
      const moved = await this.followers.moveMarker(tx.db, callerId, place, to);
      const state = await this.unread.find(tx.db, callerId, place);
      if (moved) tx.record(new ThreadChanged(callerId, state), callerId);
      return state;
    });
  }
}

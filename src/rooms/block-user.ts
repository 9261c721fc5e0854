import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Problem } from '../http/problems.js';
import { GetUser } from '../users/get-user.js';
import { Admission } from './admission.js';
import { BlocksRepository } from './blocks.repository.js';
import { MOST_BLOCKS, refuseAbove } from './limits.js';
import { BlockAdded } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';

/** Accepts no direct messages and no invitations from a user any more, and declines those invitations that are there. */
export class BlockUser extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly userId: string,
  ) {
    super();
  }
}

@CommandHandler(BlockUser)
export class BlockUserHandler implements ICommandHandler<BlockUser> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly queries: QueryBus,
    private readonly blocks: BlocksRepository,
    private readonly rooms: RoomsRepository,
    private readonly admission: Admission,
  ) {}

  async execute({ callerId, userId }: BlockUser): Promise<void> {
    if (userId === callerId) throw new Problem('conflict', 'You cannot block yourself.');
    await this.queries.execute(new GetUser(userId));
    await this.work.run(async (tx) => {
      if (await this.blocks.has(tx.db, callerId, userId)) return;
      refuseAbove(
        MOST_BLOCKS,
        await this.blocks.count(tx.db, callerId),
        `You have blocked ${MOST_BLOCKS} users. Unblock one first.`,
      );
      const block = { userId, createdAt: new Date().toISOString() };
      if (!(await this.blocks.insert(tx.db, callerId, block))) return;
      tx.record(new BlockAdded(callerId, block), callerId);
      for (const { room } of await this.rooms.invitationsBetween(tx.db, userId, callerId))
        await this.admission.uninvite(tx, room.id, callerId, callerId);
    });
  }
}

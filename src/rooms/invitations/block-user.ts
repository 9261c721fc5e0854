import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { GetUser } from '../../users/get-user.js';
import { lockUsers } from '../../users/lock-users.js';
import { MAX_BLOCKS, refuseAbove } from '../room/limits.js';
import { canBlock, enforce } from '../room/room-rules.js';
import { BlockAdded } from '../room/rooms.events.js';
import { BlocksRepository } from './blocks.repository.js';
import { Invitations } from './invitations.js';
import { InvitationsRepository } from '../room/invitations.repository.js';

/** Blocks a user: refuses their direct messages and invitations, and declines their pending invitations. */
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
    private readonly invitationsRepository: InvitationsRepository,
    private readonly invitations: Invitations,
  ) {}

  async execute({ callerId, userId }: BlockUser): Promise<void> {
    enforce(canBlock(callerId, userId));
    await this.queries.execute(new GetUser(userId));
    await this.work.run(async (tx) => {
      if (await this.blocks.has(tx.db, callerId, userId)) return;
      await lockUsers(tx.db, callerId);
      refuseAbove(
        MAX_BLOCKS,
        await this.blocks.count(tx.db, callerId),
        `You have blocked ${MAX_BLOCKS} users. Unblock one first.`,
      );
      const block = { userId, createdAt: new Date().toISOString() };
      if (!(await this.blocks.insert(tx.db, callerId, block))) return;
      tx.record(new BlockAdded(callerId, block), callerId);
      for (const { room } of await this.invitationsRepository.invitationsBetween(
        tx.db,
        userId,
        callerId,
      ))
        await this.invitations.remove(tx, room.id, callerId, callerId);
    });
  }
}

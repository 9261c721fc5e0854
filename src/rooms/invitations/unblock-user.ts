import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { BlockRemoved } from '../room/rooms.events.js';
import { BlocksRepository } from './blocks.repository.js';

/** Unblocks a user. Has no effect if the user is not blocked. */
export class UnblockUser extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly userId: string,
  ) {
    super();
  }
}

@CommandHandler(UnblockUser)
export class UnblockUserHandler implements ICommandHandler<UnblockUser> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly blocks: BlocksRepository,
  ) {}

  execute({ callerId, userId }: UnblockUser): Promise<void> {
    return this.work.run(async (tx) => {
      if (await this.blocks.remove(tx.db, callerId, userId))
        tx.record(new BlockRemoved(callerId, { userId }), callerId);
    });
  }
}

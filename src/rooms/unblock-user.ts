import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { BlocksRepository } from './blocks.repository.js';
import { BlockRemoved } from './rooms.events.js';

/** Accepts direct messages and invitations from a user again. A second time changes nothing. */
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

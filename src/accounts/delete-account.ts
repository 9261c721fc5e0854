import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Problem } from '../http/problems.js';
import { EraseUser } from '../users/erase-user.js';
import type { Erasure } from '../users/personal-data.js';
import { AccountsRepository } from './accounts.repository.js';

/** Erases the account of a user who has confirmed it. */
export class DeleteAccount extends Command<void> {
  constructor(
    readonly userId: string,
    /** The hash of the password that confirmed it; `null` for a user of an external issuer. */
    readonly confirmedHash: string | null,
    readonly messages: Erasure['messages'],
  ) {
    super();
  }
}

@CommandHandler(DeleteAccount)
export class DeleteAccountHandler implements ICommandHandler<DeleteAccount> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly commands: CommandBus,
    private readonly accounts: AccountsRepository,
  ) {}

  execute({ userId, confirmedHash, messages }: DeleteAccount): Promise<void> {
    return this.work.run(async (tx) => {
      const isConfirmed =
        confirmedHash === null || (await this.accounts.holdPassword(tx.db, userId, confirmedHash));
      if (!isConfirmed)
        throw new Problem(
          'conflict',
          'The password was changed at the same time. Try again with the new password.',
        );
      await this.commands.execute(new EraseUser(userId, messages));
    });
  }
}

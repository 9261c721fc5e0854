import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Problem } from '../http/problems.js';
import { AccountsRepository } from './accounts.repository.js';
import { Sessions, type StartedSession } from './sessions.js';

/**
 * Changes the password. It arrives hashed, because hashing is slow. All sessions end, including the one of the request:
 * a stolen token becomes useless.
 */
export class ChangePassword extends Command<StartedSession | undefined> {
  constructor(
    readonly userId: string,
    readonly hash: string,
    /** The hash of the current password, which the caller has confirmed. */
    readonly confirmedHash: string | null,
    /** The name of the client that gets a new session; `null` for no new session. */
    readonly client: string | null,
  ) {
    super();
  }
}

@CommandHandler(ChangePassword)
export class ChangePasswordHandler implements ICommandHandler<ChangePassword> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly accounts: AccountsRepository,
    private readonly sessions: Sessions,
  ) {}

  execute(command: ChangePassword): Promise<StartedSession | undefined> {
    const { userId, hash, confirmedHash, client } = command;
    return this.work.run(async (tx) => {
      const isConfirmed =
        confirmedHash === null || (await this.accounts.holdPassword(tx.db, userId, confirmedHash));
      if (!isConfirmed)
        throw new Problem(
          'conflict',
          'The password was changed at the same time. Try again with the new password.',
        );
      await this.accounts.replacePassword(tx.db, userId, hash);
      await this.sessions.endAll(tx, userId);
      return client === null ? undefined : this.sessions.start(tx, userId, client);
    });
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Problem } from '../http/problems.js';
import { AccountsRepository } from './accounts.repository.js';
import { Sessions, type StartedSession } from './sessions.js';

/**
 * Another password, which comes hashed, since that is slow work. All sessions end, also the one that it was asked with:
 * whoever had got hold of its token is out.
 */
export class ChangePassword extends Command<StartedSession | undefined> {
  constructor(
    readonly userId: string,
    readonly hash: string,
    /** Of the password until now, where who asks has shown that they know it. */
    readonly confirmedHash: string | null,
    /** What the client calls itself that gets a new session; `null` where none does. */
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
      if (!isConfirmed) throw new Problem('conflict', 'The password has just been changed.');
      await this.accounts.replacePassword(tx.db, userId, hash);
      await this.sessions.endAll(tx, userId);
      return client === null ? undefined : this.sessions.start(tx, userId, client);
    });
  }
}

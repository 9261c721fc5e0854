import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { Problem } from '../http/problems.js';
import { SessionEnded } from './accounts.events.js';
import { AccountsRepository } from './accounts.repository.js';

/** Another password, which comes hashed, since that is slow work. All sessions but one end. */
export class ChangePassword extends Command<void> {
  constructor(
    readonly userId: string,
    readonly hash: string,
    /** Of the password until now, where who asks has shown that they know it. */
    readonly confirmedHash: string | null,
    /** The session that stays: the one that it was asked with. */
    readonly keptSessionId: string | null,
  ) {
    super();
  }
}

@CommandHandler(ChangePassword)
export class ChangePasswordHandler implements ICommandHandler<ChangePassword> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly accounts: AccountsRepository,
  ) {}

  execute({ userId, hash, confirmedHash, keptSessionId }: ChangePassword): Promise<void> {
    return this.work.run(async (tx) => {
      const isConfirmed =
        confirmedHash === null || (await this.accounts.holdPassword(tx.db, userId, confirmedHash));
      if (!isConfirmed) throw new Problem('conflict', 'The password has just been changed.');
      await this.accounts.replacePassword(tx.db, userId, hash);
      await this.#endSessions(tx, userId, keptSessionId);
    });
  }

  async #endSessions(tx: Transaction, userId: string, kept: string | null): Promise<void> {
    for (const { id } of await this.accounts.sessionsOf(tx.db, userId)) {
      if (id === kept) continue;
      await this.accounts.removeSession(tx.db, userId, id);
      tx.record(new SessionEnded(userId, { id }), userId);
    }
  }
}

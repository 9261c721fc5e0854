import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { SessionEnded } from './accounts.events.js';
import { AccountsRepository } from './accounts.repository.js';

/** Another password, which comes hashed, since that is slow work. All sessions but one end. */
export class ChangePassword extends Command<void> {
  constructor(
    readonly userId: string,
    readonly hash: string,
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

  execute({ userId, hash, keptSessionId }: ChangePassword): Promise<void> {
    return this.work.run(async (tx) => {
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

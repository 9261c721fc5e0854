import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuidv7 } from 'uuid';
import { Config } from '../config.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { SessionStarted } from './accounts.events.js';
import { AccountsRepository } from './accounts.repository.js';
import type { Session } from './session.js';
import { wrongCredentials } from './wrong-credentials.js';
import { hashOf, newToken } from './tokens.js';

/** Signs someone in who knows their password: the one with this hash, which must not have changed since. */
export class StartSession extends Command<{ token: string; session: Session }> {
  constructor(
    readonly userId: string,
    readonly hash: string,
    /** What the client calls itself. */
    readonly client: string,
  ) {
    super();
  }
}

@CommandHandler(StartSession)
export class StartSessionHandler implements ICommandHandler<StartSession> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly accounts: AccountsRepository,
    private readonly config: Config,
  ) {}

  execute({ userId, hash, client }: StartSession): Promise<{ token: string; session: Session }> {
    const token = newToken();
    const now = Date.now();
    const createdAt = new Date(now).toISOString();
    const expiresAt = new Date(now + this.config.SESSION_LIFETIME).toISOString();
    const session = { id: uuidv7(), client, createdAt, lastUsedAt: createdAt, expiresAt };
    return this.work.run(async (tx) => {
      if (!(await this.accounts.holdPassword(tx.db, userId, hash))) throw wrongCredentials();
      await this.accounts.insertSession(tx.db, userId, hashOf(token), session);
      tx.record(new SessionStarted(userId, session), userId);
      return { token, session };
    });
  }
}

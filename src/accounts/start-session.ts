import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { AccountsRepository } from './accounts.repository.js';
import { Sessions, type StartedSession } from './sessions.js';
import { wrongCredentials } from './wrong-credentials.js';

/** Signs someone in who knows their password: the one with this hash, which must not have changed since. */
export class StartSession extends Command<StartedSession> {
  constructor(
    readonly userId: string,
    readonly hash: string,
    /** What the client calls itself. */
    readonly client: string,
    /** Those that the client had until now; their sessions end, so that none outlives a new sign-in. */
    readonly replacedTokens: readonly string[] = [],
  ) {
    super();
  }
}

@CommandHandler(StartSession)
export class StartSessionHandler implements ICommandHandler<StartSession> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly accounts: AccountsRepository,
    private readonly sessions: Sessions,
  ) {}

  execute({ userId, hash, client, replacedTokens }: StartSession): Promise<StartedSession> {
    return this.work.run(async (tx) => {
      if (!(await this.accounts.holdPassword(tx.db, userId, hash))) throw wrongCredentials();
      return this.sessions.start(tx, userId, client, replacedTokens);
    });
  }
}

import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountsRepository } from './accounts.repository.js';
import { Sessions, type StartedSession } from './sessions.js';
import { wrongCredentials } from './wrong-credentials.js';

/** Starts a session after the password was verified. The password must still have this hash. */
export class StartSession extends Command<StartedSession> {
  constructor(
    readonly userId: string,
    readonly hash: string,
    /** The name of the client. */
    readonly client: string,
    /** The previous tokens of the client. Their sessions end with the new sign-in. */
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

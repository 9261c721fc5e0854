import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Problem } from '../http/problems.js';
import { Sessions } from './sessions.js';

/** Ends a session. Its streams end, on every node, when they receive the event. */
export class EndSession extends Command<void> {
  constructor(
    readonly userId: string,
    readonly sessionId: string,
  ) {
    super();
  }
}

@CommandHandler(EndSession)
export class EndSessionHandler implements ICommandHandler<EndSession> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: Sessions,
  ) {}

  execute({ userId, sessionId }: EndSession): Promise<void> {
    return this.work.run(async (tx) => {
      if (!(await this.sessions.end(tx, userId, sessionId)))
        throw new Problem('not-found', `You have no session with the id ${sessionId}.`);
    });
  }
}

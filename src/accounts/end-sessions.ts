import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from './sessions.js';

/** Ends all sessions of a user, or all but one. */
export class EndSessions extends Command<void> {
  constructor(
    readonly userId: string,
    readonly exceptId?: string,
  ) {
    super();
  }
}

@CommandHandler(EndSessions)
export class EndSessionsHandler implements ICommandHandler<EndSessions> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: Sessions,
  ) {}

  execute({ userId, exceptId }: EndSessions): Promise<void> {
    return this.work.run((tx) => this.sessions.endAll(tx, userId, exceptId));
  }
}

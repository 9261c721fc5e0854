import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { PushSubscriptionsRepository } from './push-subscriptions.repository.js';

/** Sends no more notifications to the browser of a session. */
export class UnsubscribeDevice extends Command<void> {
  constructor(readonly sessionId: string) {
    super();
  }
}

@CommandHandler(UnsubscribeDevice)
export class UnsubscribeDeviceHandler implements ICommandHandler<UnsubscribeDevice> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly subscriptions: PushSubscriptionsRepository,
  ) {}

  execute({ sessionId }: UnsubscribeDevice): Promise<void> {
    return this.work.run(({ db }) => this.subscriptions.remove(db, sessionId));
  }
}

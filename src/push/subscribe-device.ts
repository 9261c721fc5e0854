import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { holdSession } from '../accounts/hold-session.js';
import { invalidProperty } from '../http/problems.js';
import { PushService } from './push-service.js';
import { PushSubscriptionsRepository, type PushTarget } from './push-subscriptions.repository.js';

/** Browsers per user to which notifications are sent. A further one replaces the oldest. */
export const MAX_DEVICES_PER_USER = 20;

/** Sends notifications to the browser of a session. Has no effect if that is already so. */
export class SubscribeDevice extends Command<void> {
  constructor(
    readonly userId: string,
    readonly sessionId: string,
    readonly target: PushTarget,
  ) {
    super();
  }
}

@CommandHandler(SubscribeDevice)
export class SubscribeDeviceHandler implements ICommandHandler<SubscribeDevice> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly service: PushService,
    private readonly subscriptions: PushSubscriptionsRepository,
  ) {}

  async execute({ userId, sessionId, target }: SubscribeDevice): Promise<void> {
    const mistake = this.service.mistakeIn(target.endpoint);
    if (mistake) throw invalidProperty('endpoint', mistake);
    await this.work.run(async ({ db }) => {
      await holdSession(db, sessionId);
      const before = await this.subscriptions.find(db, sessionId);
      if (before && isSame(before, target)) return;
      await this.subscriptions.put(db, userId, sessionId, target);
      await this.subscriptions.keepNewest(db, userId, MAX_DEVICES_PER_USER);
    });
  }
}

const isSame = (one: PushTarget, other: PushTarget): boolean =>
  one.endpoint === other.endpoint && one.p256dh === other.p256dh && one.auth === other.auth;

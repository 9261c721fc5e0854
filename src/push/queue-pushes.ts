import {
  type ConditionalSubscription,
  Database,
  On,
  Subscription,
  type Transaction,
} from '@carillon/nestjs';
import { Features } from '@carillon/nestjs/internal';
import { QueryBus } from '@nestjs/cqrs';
import { Config } from '../config.js';
import { ListNotifiedUsers } from '../rooms/levels/list-notified-users.js';
import { IsOnline } from '../rooms/presence/is-online.js';
import type { Message } from '../rooms/room/message.js';
import { MessagePosted } from '../rooms/room/rooms.events.js';
import { PushQueueRepository, type QueuedPush } from './push-queue.repository.js';
import { KEPT_FOR } from './push-request.js';
import { PushSender } from './push-sender.js';
import { PushSubscriptionsRepository } from './push-subscriptions.repository.js';

/**
 * Queues each message for the browsers of the users whom it may notify, exactly once, in the transaction that moves the cursor
 * of the subscription. So a slow push service delays neither the log nor other services, and no crash loses a notification.
 */
@Subscription('push', { onMissedEvents: 'continue' })
export class QueuePushes implements ConditionalSubscription {
  constructor(
    private readonly config: Config,
    private readonly features: Features,
    private readonly database: Database,
    private readonly queries: QueryBus,
    private readonly subscriptions: PushSubscriptionsRepository,
    private readonly queue: PushQueueRepository,
    private readonly sender: PushSender,
  ) {}

  /** Most installations have no push subscriptions, or few. */
  async isNeeded(): Promise<boolean> {
    return this.features.isOn('push') && (await this.subscriptions.any(this.database.read));
  }

  @On(MessagePosted)
  async queuePushes({ data: message }: MessagePosted, tx: Transaction): Promise<void> {
    if (isOld(message.createdAt)) return;
    const userIds = await this.queries.execute(new ListNotifiedUsers(message));
    const found = await this.subscriptions.sessionsOf(tx.db, userIds);
    if (found.length === 0) return;
    const pushes = await Promise.all(found.map((device) => this.#pushFor(device, message)));
    await this.queue.insert(tx.db, pushes);
    await this.subscriptions.schedule(
      tx.db,
      found.map(({ sessionId }) => sessionId),
    );
    tx.onCommit(() => this.sender.expect());
  }

  async #pushFor(
    { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
    { id: messageId, roomId, seq, createdAt }: Message,
  ): Promise<QueuedPush> {
    // A page that is open marks what it shows as read meanwhile.
    const isOnline = await this.queries.execute(new IsOnline(userId));
    const dueAt = new Date(Date.now() + (isOnline ? this.config.PUSH_DELAY : 0)).toISOString();
    return { sessionId, messageId, roomId, seq, createdAt, dueAt };
  }
}

/** After a long outage, nobody wants to be notified of everything at once. */
const isOld = (createdAt: string): boolean => Date.now() - Date.parse(createdAt) > KEPT_FOR * 1000;

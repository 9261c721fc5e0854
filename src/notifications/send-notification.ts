import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Addressee } from './addressee.js';
import type { Notification } from './notification.js';
import { NotificationCreated } from './notifications.events.js';
import { NotificationsRepository } from './notifications.repository.js';
import { OldNotifications } from './old-notifications.js';
import { OrderRepository } from './order.repository.js';
import { Recipients, userOf } from './recipients.js';

export type Content = Omit<Notification, 'id' | 'createdAt'>;

/** Sends a notification to a user, to the users of a topic, or to everyone. */
export class SendNotification extends Command<Notification> {
  constructor(
    readonly to: Addressee,
    readonly content: Content,
    readonly sender: string,
  ) {
    super();
  }
}

@CommandHandler(SendNotification)
export class SendNotificationHandler implements ICommandHandler<SendNotification> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly order: OrderRepository,
    private readonly recipients: Recipients,
    private readonly notifications: NotificationsRepository,
    private readonly old: OldNotifications,
  ) {}

  execute({ to, content, sender }: SendNotification): Promise<Notification> {
    return this.work.run(async (tx) => {
      const last = await this.order.lock(tx.db);
      const recipients = await this.recipients.of(tx.db, to);
      const id = await this.order.append(tx.db, last);
      const notification = { id, ...content, createdAt: new Date().toISOString() };
      await this.notifications.insert(tx.db, recipients, notification, sender);
      for (const userId of recipients.map(userOf))
        if (userId !== undefined) tx.record(new NotificationCreated(userId, notification));
      tx.onCommit(() => this.old.noteRecipients(recipients));
      return notification;
    });
  }
}

import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Problem } from '../http/problems.js';
import type { Notification } from './notification.js';
import { NotificationsRepository } from './notifications.repository.js';

export const noNotification = (id: string): string => `There is no notification with the id ${id}.`;

/** A notification as it was sent. It may be for users whom other programs know nothing of, so only its sender gets it. */
export class GetNotification extends Query<Notification> {
  constructor(
    readonly id: string,
    readonly sender: string,
  ) {
    super();
  }
}

@QueryHandler(GetNotification)
export class GetNotificationHandler implements IQueryHandler<GetNotification> {
  constructor(
    private readonly database: Database,
    private readonly notifications: NotificationsRepository,
  ) {}

  async execute({ id, sender }: GetNotification): Promise<Notification> {
    const notification = await this.notifications.find(this.database.read, id, sender);
    if (notification) return notification;
    throw new Problem('not-found', noNotification(id));
  }
}

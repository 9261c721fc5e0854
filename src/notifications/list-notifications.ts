import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Keyset, Snapshot } from '../http/paging.js';
import type { NotificationsQuery } from './notification-bodies.js';
import type { ReceivedNotification } from './notification.js';
import { NotificationsRepository } from './notifications.repository.js';
import { ReadersRepository } from './readers.repository.js';

/** Lists the notifications of the caller, newest first. */
export class ListNotifications extends Query<Snapshot<ReceivedNotification>> {
  constructor(
    readonly callerId: string,
    readonly page: Keyset<NotificationsQuery>,
  ) {
    super();
  }
}

@QueryHandler(ListNotifications)
export class ListNotificationsHandler implements IQueryHandler<ListNotifications> {
  constructor(
    private readonly database: Database,
    private readonly readers: ReadersRepository,
    private readonly notifications: NotificationsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, page }: ListNotifications): Promise<Snapshot<ReceivedNotification>> {
    return this.database.snapshot(async (db) => {
      const reader = await this.readers.find(db, callerId);
      const found = await this.notifications.page(db, reader, page);
      return { ...found, cursor: await this.log.cursor(db) };
    });
  }
}

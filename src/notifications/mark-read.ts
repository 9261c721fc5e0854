import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { readState } from './get-read-state.js';
import type { ReadState } from './notification.js';
import { NotificationRead } from './notifications.events.js';
import { NotificationsRepository } from './notifications.repository.js';
import { OrderRepository } from './order.repository.js';
import { ReadersRepository } from './readers.repository.js';

/** Marks the caller's notifications up to an id as read. The marker never moves back. */
export class MarkRead extends Command<ReadState> {
  constructor(
    readonly callerId: string,
    readonly upTo: string,
  ) {
    super();
  }
}

@CommandHandler(MarkRead)
export class MarkReadHandler implements ICommandHandler<MarkRead> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly order: OrderRepository,
    private readonly readers: ReadersRepository,
    private readonly notifications: NotificationsRepository,
  ) {}

  execute({ callerId, upTo }: MarkRead): Promise<ReadState> {
    return this.work.run(async (tx) => {
      // The event carries the number of unread notifications. Without the lock, another node could commit a notification
      // before it that is not counted.
      await this.order.lock(tx.db);
      const reader = await this.readers.find(tx.db, callerId);
      // Not beyond the newest one: an id that a client has made up must not hide later notifications.
      const readId = (await this.notifications.newestUpTo(tx.db, reader, upTo)) ?? '';
      if (readId <= reader.readId) return readState(tx.db, this.notifications, reader);
      await this.readers.setRead(tx.db, reader, readId);
      const state = await readState(tx.db, this.notifications, { ...reader, readId });
      tx.record(new NotificationRead(callerId, state), callerId);
      return state;
    });
  }
}

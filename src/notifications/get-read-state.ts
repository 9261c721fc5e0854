import { Database, EventLog, type Schema } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Kysely } from 'kysely';
import type { ReadState } from './notification.js';
import { NotificationsRepository } from './notifications.repository.js';
import { type Reader, ReadersRepository } from './readers.repository.js';

interface ReadStateAt {
  readonly state: ReadState;
  readonly cursor: string;
}

/** How far the caller has read, and the number of unread notifications. */
export class GetReadState extends Query<ReadStateAt> {
  constructor(readonly callerId: string) {
    super();
  }
}

@QueryHandler(GetReadState)
export class GetReadStateHandler implements IQueryHandler<GetReadState> {
  constructor(
    private readonly database: Database,
    private readonly readers: ReadersRepository,
    private readonly notifications: NotificationsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId }: GetReadState): Promise<ReadStateAt> {
    return this.database.snapshot(async (db) => {
      const state = await readState(db, this.notifications, await this.readers.find(db, callerId));
      return { state, cursor: await this.log.cursor(db) };
    });
  }
}

/** The read state of a reader, as `db` shows it. */
export const readState = async (
  db: Kysely<Schema>,
  notifications: NotificationsRepository,
  reader: Reader,
): Promise<ReadState> => ({
  upTo: reader.readId || null,
  unread: await notifications.countUnread(db, reader),
});

import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Keyset, KeysetQuery, Snapshot } from '../../http/paging.js';
import type { SavedMessage } from './saved-message.js';
import { SavedRepository } from './saved.repository.js';

/** Lists the messages that the caller has saved, the last one first. */
export class ListSaved extends Query<Snapshot<SavedMessage>> {
  constructor(
    readonly callerId: string,
    readonly page: Keyset<KeysetQuery>,
  ) {
    super();
  }
}

@QueryHandler(ListSaved)
export class ListSavedHandler implements IQueryHandler<ListSaved> {
  constructor(
    private readonly database: Database,
    private readonly saved: SavedRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, page }: ListSaved): Promise<Snapshot<SavedMessage>> {
    return this.database.snapshot(async (db) => ({
      ...(await this.saved.page(db, callerId, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}

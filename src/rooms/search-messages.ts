import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { DeadlineExceeded } from '../database/errors.js';
import { LongReads } from '../database/long-reads.js';
import { type Keyset, type Page, pageOf } from '../http/paging.js';
import { Problem } from '../http/problems.js';
import { invalidParameters } from '../http/validation.js';
import type { Message } from './message.js';
import { MessagesRepository, toMessage } from './messages.repository.js';
import type { SearchQuery } from './room-bodies.js';
import { RoomsRepository } from './rooms.repository.js';
import { SearchQuota } from './search-quota.js';
import { termsOf } from './words.js';

/** Looks for words in all rooms of a person, or in one of them. */
export class SearchMessages extends Query<Page<Message>> {
  constructor(
    readonly callerId: string,
    readonly search: Keyset<SearchQuery>,
  ) {
    super();
  }
}

@QueryHandler(SearchMessages)
export class SearchMessagesHandler implements IQueryHandler<SearchMessages> {
  constructor(
    private readonly database: Database,
    private readonly longReads: LongReads,
    private readonly messages: MessagesRepository,
    private readonly rooms: RoomsRepository,
    private readonly quota: SearchQuota,
  ) {}

  async execute({ callerId, search }: SearchMessages): Promise<Page<Message>> {
    this.quota.take(callerId);
    const { q, room: roomId, afterKey, limit } = search;
    const terms = termsOf(q);
    if (!terms) return { items: [] };
    if (roomId !== undefined) await this.#refuseUnlessMember(roomId, callerId);
    const before = afterKey === undefined ? undefined : Number(afterKey);
    const query = this.messages.search(this.database.read, callerId, {
      terms,
      roomId,
      before,
      limit: limit + 1,
    });
    const found = await this.longReads.run(callerId, query).catch(tellIfLate);
    return pageOf(found, limit, ({ number }) => String(number), toMessage);
  }

  /** Nothing would be found, as if nothing had been said. @throws Problem `invalid-parameter` */
  async #refuseUnlessMember(roomId: string, callerId: string): Promise<void> {
    if (await this.rooms.findMember(this.database.read, roomId, callerId)) return;
    throw invalidParameters([
      { field: 'room', detail: 'must be the id of a room that you are in' },
    ]);
  }
}

/** @throws Problem `unavailable`; what it is given. */
function tellIfLate(error: unknown): never {
  if (!(error instanceof DeadlineExceeded)) throw error;
  throw new Problem(
    'unavailable',
    'The search took too long. Search one room, or for more and longer words, or try again later.',
    { headers: { 'Retry-After': '5' }, cause: error },
  );
}

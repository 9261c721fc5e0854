import { Database } from '@carillon/nestjs';
import { DeadlineExceeded, LongReads } from '@carillon/nestjs/internal';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Keyset, type Page, pageOf } from '../../http/paging.js';
import { Problem } from '../../http/problems.js';
import { invalidParameters } from '../../http/validation.js';
import { type Message, toMessage } from '../room/message.js';
import type { SearchQuery } from './message-bodies.js';
import { MessagesRepository } from './messages.repository.js';
import { SearchQuota } from './search-quota.js';
import { termsOf } from '../../words/words.js';
import { MembersRepository } from '../room/members.repository.js';

/** Finds messages by words, in all rooms of the caller or in one of them. */
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
    private readonly members: MembersRepository,
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
    const found = await this.longReads.run(callerId, query).catch(refuseIfLate);
    return pageOf(found, limit, ({ number }) => String(number), toMessage);
  }

  /** An empty result would look as if the room had no such message. @throws Problem `invalid-parameter` */
  async #refuseUnlessMember(roomId: string, callerId: string): Promise<void> {
    if (await this.members.findMember(this.database.read, roomId, callerId)) return;
    throw invalidParameters([
      { field: 'room', detail: 'must be the id of a room that you are a member of' },
    ]);
  }
}

/** @throws Problem `unavailable`; what it is given. */
function refuseIfLate(error: unknown): never {
  if (!(error instanceof DeadlineExceeded)) throw error;
  throw new Problem(
    'unavailable',
    'The search took too long. Search one room, use more or longer words, or try again later.',
    { headers: { 'Retry-After': '5' }, cause: error },
  );
}

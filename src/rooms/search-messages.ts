import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { DeadlineExceeded } from '../database/errors.js';
import { LongReads } from '../database/long-reads.js';
import { termsOf } from '../database/text-search.js';
import { Problem } from '../http/problems.js';
import type { Message } from './message.js';
import { MessagesRepository, toMessage } from './messages.repository.js';
import { SearchQuota } from './search-quota.js';

export interface SearchPage {
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
}

/** Looks for words in all rooms of a person, or in one of them. */
export class SearchMessages extends Query<SearchPage> {
  constructor(
    readonly callerId: string,
    readonly text: string,
    readonly roomId: string | undefined,
    readonly before: string | undefined,
    readonly limit: number,
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
    private readonly quota: SearchQuota,
  ) {}

  async execute({ callerId, text, roomId, before, limit }: SearchMessages): Promise<SearchPage> {
    this.quota.take(callerId);
    const terms = termsOf(text);
    if (!terms) return { messages: [], hasMore: false };
    const search = { terms, roomId, before, limit: limit + 1 };
    const query = this.messages.search(this.database.read, callerId, search);
    const found = await this.longReads.run(callerId, query).catch(tellIfLate);
    return { messages: found.slice(0, limit).map(toMessage), hasMore: found.length > limit };
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

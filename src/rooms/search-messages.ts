import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { wordsOf } from '../database/text-search.js';
import type { Message } from './message.js';
import { MessagesRepository } from './messages.repository.js';

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
    private readonly messages: MessagesRepository,
  ) {}

  async execute({ callerId, text, roomId, before, limit }: SearchMessages): Promise<SearchPage> {
    const words = wordsOf(text);
    if (words.length === 0) return { messages: [], hasMore: false };
    const terms = { words, roomId, before, limit: limit + 1 };
    const found = await this.messages.search(this.database.read, callerId, terms);
    return { messages: found.slice(0, limit), hasMore: found.length > limit };
  }
}

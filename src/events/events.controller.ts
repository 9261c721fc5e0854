import {
  All,
  Controller,
  type MessageEvent,
  NotFoundException,
  Query,
  Req,
  Sse,
} from '@nestjs/common';
import { Directory, OptionalCaller, type Caller } from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { DocumentedStream } from './documented-stream.js';
import { TopicsQuery } from './stream-query.js';
import { Rights } from './rights.js';
import type { StreamView } from './stream-view.js';
import { Streams } from './streams.js';
import { Topics } from './topics.js';
import { WireForm } from './wire-form.js';

/** Topics that an error names. */
const MOST_NAMED = 20;

/** Facts under their own names, with their own data. */
const asRecorded = new WireForm(({ type, data }) => ({ type, data }));

@ApiTags('Streams')
@Directory()
@Controller('api/events')
export class EventsController {
  constructor(
    private readonly streams: Streams,
    private readonly topics: Topics,
    private readonly rights: Rights,
  ) {}

  /** Everything that the caller may see, or the topics named. */
  @Sse()
  @DocumentedStream({
    operationId: 'listenToEvents',
    summary: 'Listen to everything, or to some topics',
    events: { 'user.created': 'a user', 'user.updated': 'a user', 'user.removed': '`{"id": …}`' },
  })
  listen(
    @Query() { topic, lastEventId }: TopicsQuery,
    @OptionalCaller() caller: Caller | undefined,
    @Req() request: Request,
  ): Promise<Observable<MessageEvent>> {
    return this.streams.open(() => this.#view(topic, caller), request, lastEventId);
  }

  @All()
  @ApiExcludeEndpoint()
  otherMethods(): never {
    throw new NotFoundException();
  }

  async #view(asked: readonly string[], caller: Caller | undefined): Promise<StreamView> {
    const person = caller && (await this.rights.of(caller.userId));
    const heard = new Set([...this.topics.common(caller !== undefined), ...(person?.topics ?? [])]);
    for (const topic of asked) if (!heard.has(topic)) throw this.#unknown(topic, [...heard]);
    const key = `events of ${caller?.userId ?? 'anyone'}: ${[...new Set(asked)].toSorted().join(' ')}`;
    const view = { key, form: asRecorded, ...(person && { person }) };
    const [first] = asked;
    if (first === undefined)
      return { ...view, snapshot: this.topics.home(!!person), topics: heard, isOpen: true };
    const snapshot = this.topics.snapshotOf(first);
    const named = new Set(asked);
    return { ...view, snapshot, topics: named, named };
  }

  /** In the same words for what is not there and what is not for the caller. */
  #unknown(topic: string, heard: readonly string[]): Problem {
    const some = heard.slice(0, MOST_NAMED).join(', ');
    return new Problem(
      'not-found',
      `There is no topic "${topic.toWellFormed()}" for you. There are: ${some}.`,
    );
  }
}

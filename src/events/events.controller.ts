import {
  All,
  Controller,
  type MessageEvent,
  NotFoundException,
  Query,
  Req,
  Sse,
} from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { DocumentedStream } from './documented-stream.js';
import { TopicsQuery } from './stream-query.js';
import type { StreamView } from './stream-view.js';
import { Streams } from './streams.js';
import { Topics } from './topics.js';
import { WireForm } from './wire-form.js';

/** Facts under their own names, with their own data. */
const asRecorded = new WireForm(({ type, data }) => ({ type, data }));

@ApiTags('Streams')
@Controller('api/events')
export class EventsController {
  constructor(
    private readonly streams: Streams,
    private readonly topics: Topics,
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
    @Req() request: Request,
  ): Promise<Observable<MessageEvent>> {
    return this.streams.open(this.#view(topic), request, lastEventId);
  }

  @All()
  @ApiExcludeEndpoint()
  otherMethods(): never {
    throw new NotFoundException();
  }

  #view(topics: readonly string[]): StreamView {
    for (const topic of topics) this.topics.check(topic);
    const key = `events ${[...new Set(topics)].toSorted().join(' ')}`;
    const filter = topics.length > 0 ? { topics: new Set(topics) } : {};
    return { key, form: asRecorded, snapshot: this.topics.snapshotOf(topics), ...filter };
  }
}

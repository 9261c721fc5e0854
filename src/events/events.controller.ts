import {
  All,
  Controller,
  type MessageEvent,
  NotFoundException,
  Query,
  Req,
  UseGuards,
} from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { Directory } from '../http/caller.js';
import { AnyInput } from '../http/strict-input.js';
import { AskedView, FindsView } from './asked-view.js';
import { DocumentedStream } from './documented-stream.js';
import { EventStream } from './event-stream.js';
import { TopicsQuery } from './stream-query.js';
import type { StreamView } from './stream-view.js';
import { Streams } from './streams.js';

@ApiTags('Streams')
@Directory()
@Controller('api/events')
export class EventsController {
  constructor(private readonly streams: Streams) {}

  /** Everything that the caller may hear, or the topics named. */
  @EventStream()
  @UseGuards(FindsView)
  @DocumentedStream({
    operationId: 'subscribeToEvents',
    summary: 'Subscribe to every event that the caller may see, or to some topics',
    notFound: 'There is no topic "user" for you. There are: users, rooms.',
  })
  listen(
    @Query() _query: TopicsQuery,
    @AskedView() view: StreamView,
    @Req() request: Request,
  ): Promise<Observable<MessageEvent>> {
    return this.streams.open(view, request);
  }

  @All()
  @AnyInput()
  @ApiExcludeEndpoint()
  otherMethods(): never {
    throw new NotFoundException();
  }
}

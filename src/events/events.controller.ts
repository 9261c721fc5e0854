import { type OpenedStream, Streams } from '@carillon/nestjs';
import { EventPages } from '@carillon/nestjs/internal';
import { All, Body, Controller, NotFoundException, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import {
  type Caller,
  CurrentCaller,
  OptionalCaller,
  Public,
  SignedIn,
  TakesKeys,
} from '../http/caller.js';
import { ApiIdempotencyKey } from '../http/documented.js';
import { Problem } from '../http/problems.js';
import { ReadsAgain } from '../http/idempotency.js';
import { CountedAsRead } from '../http/rate-limit.js';
import { AnyInput } from '../http/strict-input.js';
import { DocumentedStream } from './documented-stream.js';
import { EventStream } from './event-stream.js';
import { EventViews } from './event-views.js';
import { DocumentedPublication } from './publish/documented-publication.js';
import { FindPublication } from './publish/find-publication.js';
import { PublishBody } from './publish/publish-body.js';
import { PublishEvents } from './publish/publish-events.js';
import { PublishPermissions } from './publish/publish-permissions.js';
import { PublishQuota } from './publish/publish-quota.js';
import { PublishedEvents } from './publish/published-events.js';
import { prefersJson } from './prefers-json.js';
import { EventsQuery } from './stream-query.js';

/** Events of a page, unless the client asks for another number. */
const PAGE_LENGTH = 100;

const onlyForPages = (): Problem =>
  new Problem(
    'invalid-parameter',
    'A stream takes neither limit nor wait. Send Accept: application/json for a page of events.',
  );

@ApiTags('Streams')
@Public()
@Controller('api/events')
export class EventsController {
  constructor(
    private readonly streams: Streams,
    private readonly pages: EventPages,
    private readonly views: EventViews,
    private readonly permissions: PublishPermissions,
    private readonly quota: PublishQuota,
    private readonly commands: CommandBus,
  ) {}

  /** Every event that the caller may see, or the topics named. */
  @TakesKeys()
  @EventStream()
  @DocumentedStream({
    operationId: 'subscribeToEvents',
    summary: 'Subscribe to every event that the caller may see, or to some topics',
    hasPages: true,
    notFound:
      'There is no topic "user" that you can subscribe to. You can subscribe to users, rooms.',
  })
  subscribe(
    @Query() query: EventsQuery,
    @OptionalCaller() caller: Caller | undefined,
    @Req() request: Request,
  ): OpenedStream {
    request.res!.vary('Accept');
    const viewOf = () => this.views.of(query, caller);
    const { limit, wait } = query;
    if (prefersJson(request))
      return this.pages.answer(viewOf, request, {
        limit: limit ?? PAGE_LENGTH,
        wait: (wait ?? 0) * 1000,
      });
    if (limit !== undefined || wait !== undefined) throw onlyForPages();
    return this.streams.open(viewOf(), request);
  }

  @Post()
  @SignedIn()
  @TakesKeys()
  @CountedAsRead()
  @ReadsAgain(({ createdId, body }) => new FindPublication(createdId, body))
  @ApiIdempotencyKey()
  @DocumentedPublication()
  async publish(
    @Body() { events, isList }: PublishBody,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PublishedEvents> {
    for (const event of events) this.permissions.check(caller, event);
    this.quota.take(caller, events.length, response);
    if (response.req.get('Idempotency-Key') !== undefined) response.createdId = randomUUID();
    const command = new PublishEvents(caller.id, events, response.createdId);
    return new PublishedEvents(await this.commands.execute(command), isList);
  }

  @All()
  @AnyInput()
  @ApiExcludeEndpoint()
  otherMethods(): never {
    throw new NotFoundException();
  }
}

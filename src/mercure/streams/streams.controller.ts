import { type OpenedStream, Streams } from '@carillon/nestjs';
import { HUB_PATH } from '@carillon/nestjs/internal';
import { Controller, Req, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { EventStream } from '../../events/event-stream.js';
import { Anyone } from '../../http/caller.js';
import { AnyInput } from '../../http/strict-input.js';
import { HubSettings } from '../hub/settings.js';
import { SubscriberGuard } from '../tokens/hub.guards.js';
import { queryOf } from '../tokens/presented-token.js';
import { ActiveSubscriptions } from '../subscriptions/active-subscriptions.js';
import { HubCourse } from './hub-course.js';
import { HubViews } from './hub-views.js';
import { takeLastEventId } from './last-event-id.js';
import { subscriptionQuery, wrong } from './subscription-query.js';

@Anyone()
@AnyInput()
@ApiExcludeController()
@Controller(HUB_PATH)
export class StreamsController {
  constructor(
    private readonly streams: Streams,
    private readonly views: HubViews,
    private readonly subscriptions: ActiveSubscriptions,
    private readonly settings: HubSettings,
  ) {}

  @EventStream()
  @UseGuards(SubscriberGuard)
  subscribe(@Req() request: Request): OpenedStream {
    const { isCompatible } = this.settings;
    const { matchers, lastEventId } = subscriptionQuery(queryOf(request), isCompatible);
    const tooLong = this.subscriptions.findTooLong(matchers);
    if (tooLong) throw wrong(tooLong.parameter, 'is too long for the address of its subscription');
    const requested = takeLastEventId(request, lastEventId);
    const connection = this.subscriptions.connection(matchers, request.hubCaller?.payloads ?? []);
    const course = new HubCourse(requested, isCompatible, connection);
    return this.streams.open(this.views.of(matchers, request), request, course);
  }
}

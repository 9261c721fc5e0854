import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Caller, CurrentCaller } from '../http/caller.js';
import { EXAMPLE_ID } from '../http/described-properties.js';
import {
  ApiIdempotencyKey,
  ApiProblems,
  KEY_PROBLEMS,
  location,
  pickHeaders,
  WRITE_PROBLEMS,
} from '../http/documented.js';
import { ReadsAgain } from '../http/idempotency.js';
import { IdParam } from '../http/ids.js';
import { HonoursPrefer } from '../http/return-preference.js';
import { represent } from '../http/representations.js';
import { GetNotification, noNotification } from './get-notification.js';
import { SendNotificationBody } from './notification-bodies.js';
import { Notification } from './notification.js';
import { NOT_NOTIFIER, Notifiers } from './notifiers.js';
import { SendNotification } from './send-notification.js';

const NOT_FOUND = { 'not-found': noNotification(EXAMPLE_ID) };

/** Sending notifications, for other programs. */
@ApiTags('Notifications')
@Notifiers()
@Controller('api/notifications')
export class NotificationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @ReadsAgain(({ callerId, createdId }) => new GetNotification(createdId, callerId))
  @ApiOperation({
    operationId: 'sendNotification',
    summary: 'Send a notification',
    description:
      'Sends a notification to one user, to the users of a topic, or to everyone. Each recipient finds it in `GET /api/me/notifications`, and receives `notification.created`.',
  })
  @ApiIdempotencyKey()
  @HonoursPrefer()
  @ApiResponse({
    status: 201,
    description: 'The notification was sent.',
    type: Notification,
    headers: {
      ...location('the notification', `/api/notifications/${EXAMPLE_ID}`),
      ...pickHeaders('ETag'),
    },
  })
  @ApiProblems(...WRITE_PROBLEMS, ...KEY_PROBLEMS, NOT_NOTIFIER, NOT_FOUND)
  async send(
    @CurrentCaller() caller: Caller,
    @Body() { to, kind, title, ...rest }: SendNotificationBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Notification> {
    const { body = null, url = null, data = null } = rest;
    const content = { kind, title, body, url, data };
    const notification = await this.commands.execute(new SendNotification(to, content, caller.id));
    response.location(`/api/notifications/${notification.id}`);
    return represent(response, notification);
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getNotification',
    summary: 'Get a notification that was sent',
    description: 'Returns a notification to the program that sent it.',
  })
  @ApiResponse({
    status: 200,
    description: 'The notification.',
    type: Notification,
    headers: pickHeaders('ETag'),
  })
  @ApiProblems('unauthenticated', NOT_NOTIFIER, NOT_FOUND)
  get(@CurrentCaller() caller: Caller, @IdParam('notification') id: string): Promise<Notification> {
    return this.queries.execute(new GetNotification(id, caller.id));
  }
}

import { Body, Controller, Get, Put, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentUser, type UserCaller } from '../http/caller.js';
import { ApiProblems, linkToPages, pickHeaders, WRITE_PROBLEMS } from '../http/documented.js';
import { answerPage, keysetOf } from '../http/paging.js';
import { GetReadState } from './get-read-state.js';
import { ListNotifications } from './list-notifications.js';
import { MarkRead } from './mark-read.js';
import { MarkReadBody, NotificationsQuery } from './notification-bodies.js';
import { ReadState, ReceivedNotification } from './notification.js';

/** The notifications of the caller. */
@ApiTags('Notifications')
@Controller('api/me/notifications')
export class MyNotificationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listMyNotifications',
    summary: 'List my notifications',
    description:
      'Returns one page of the notifications that the caller received, newest first. The newest 1000 of 90 days are kept, and as many of those for everyone.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of notifications.',
    type: [ReceivedNotification],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async list(
    @Query() query: NotificationsQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly ReceivedNotification[]> {
    const list = new ListNotifications(userId, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Get('read')
  @ApiOperation({
    operationId: 'getMyReadState',
    summary: 'Count my unread notifications',
    description: 'Returns how far the caller has read, and the number of unread notifications.',
  })
  @ApiResponse({
    status: 200,
    description: 'The read state of the caller.',
    type: ReadState,
    headers: pickHeaders('Last-Event-ID'),
  })
  @ApiProblems('unauthenticated')
  async readState(
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReadState> {
    const { state, cursor } = await this.queries.execute(new GetReadState(userId));
    response.set('Last-Event-ID', cursor);
    return state;
  }

  @Put('read')
  @ApiOperation({
    operationId: 'markMyNotificationsRead',
    summary: 'Mark my notifications as read',
    description:
      'Marks all notifications up to `upTo` as read, on all devices. The marker never moves back.',
  })
  @ApiResponse({ status: 200, description: 'The read state of the caller.', type: ReadState })
  @ApiProblems(...WRITE_PROBLEMS)
  markRead(
    @Body() { upTo }: MarkReadBody,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<ReadState> {
    return this.commands.execute(new MarkRead(userId, upTo));
  }
}

import { Body, Controller, Get, Put, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { ApiProblems, linkToPages, pickHeaders, WRITE_PROBLEMS } from '../../http/documented.js';
import { IdParam } from '../../http/ids.js';
import { answerPage, KeysetQuery, keysetOf, link, NUMBER_KEYS } from '../../http/paging.js';
import { invalidParameters } from '../../http/validation.js';
import { Message } from '../room/message.js';
import { NO_ROOM, NO_THREAD, NOT_MEMBER } from '../room/room-problems.js';
import { ListReplies, type RepliesPage } from './list-replies.js';
import { ListThreads } from './list-threads.js';
import { ListUnreadThreads, UNREAD_THREAD_KEYS } from './list-unread-threads.js';
import { MarkThreadRead } from './mark-thread-read.js';
import { SeqParam } from './seq-param.js';
import { ReadThreadBody, RepliesQuery } from './thread-bodies.js';
import { UnreadThread } from './unread-thread.js';

@ApiTags('Messages')
@Controller('api')
export class ThreadsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('me/threads')
  @ApiOperation({
    operationId: 'listUnreadThreads',
    summary: 'List my unread threads',
    description:
      'Returns one page of the threads that the caller follows and that have unread replies. A member follows a thread after they wrote its first message or a reply, or were mentioned by name in one of them. Reading the room up to a reply also reads the reply in its thread. Continue with `GET /api/events` from the `Last-Event-ID` of the response.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of threads, in the order of the ids of their rooms.',
    type: [UnreadThread],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async listUnread(
    @Query() query: KeysetQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly UnreadThread[]> {
    const list = new ListUnreadThreads(userId, keysetOf(response.req, query, UNREAD_THREAD_KEYS));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Get('rooms/:id/threads')
  @ApiOperation({
    operationId: 'listThreads',
    summary: 'List the threads of a room',
    description:
      'Returns one page of the first messages of threads. Threads whose replies are all deleted are omitted. Only members may read it.',
  })
  @ApiResponse({
    status: 200,
    description: 'The first messages of the threads, the one with the newest reply first.',
    type: [Message],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', NOT_MEMBER, NO_ROOM)
  async list(
    @IdParam('room') id: string,
    @Query() query: KeysetQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Message[]> {
    const list = new ListThreads(userId, id, keysetOf(response.req, query, NUMBER_KEYS));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Get('rooms/:id/threads/:seq/replies')
  @ApiOperation({
    operationId: 'listReplies',
    summary: 'List the replies of a thread',
    description:
      'Returns a part of a thread, in the order of the room: the newest replies, or those at the place that `before` or `after` names. A reply to a reply belongs to the thread of the first message. Only members may read it.',
  })
  @ApiResponse({
    status: 200,
    description:
      'Replies by ascending `seq`. `Link` names the older ones (`prev`) and the newer ones (`next`), if there are any.',
    type: [Message],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', NOT_MEMBER, NO_THREAD)
  async replies(
    @IdParam('room') id: string,
    @SeqParam() seq: number,
    @Query() query: RepliesQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Message[]> {
    refuseBoth(query);
    const list = new ListReplies(userId, { roomId: id, seq }, query);
    const page = await this.queries.execute(list);
    response.set('Last-Event-ID', page.cursor);
    linkNeighbours(response, page, query);
    return page.replies;
  }

  @Put('rooms/:id/threads/:seq/read')
  @ApiOperation({
    operationId: 'markThreadRead',
    summary: 'Move my read marker of a thread',
    description:
      'Marks the replies of a thread up to `seq` as read. The marker never moves back. Has no effect if the caller does not follow the thread.',
  })
  @ApiResponse({
    status: 200,
    description: 'Where the marker is now, and what is unread.',
    type: UnreadThread,
  })
  @ApiProblems(...WRITE_PROBLEMS, 'invalid-parameter', NOT_MEMBER, NO_THREAD)
  markRead(
    @IdParam('room') id: string,
    @SeqParam() seq: number,
    @Body() { seq: readSeq }: ReadThreadBody,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<UnreadThread> {
    return this.commands.execute(new MarkThreadRead(userId, { roomId: id, seq }, readSeq));
  }
}

/** @throws Problem `invalid-parameter` */
function refuseBoth({ before, after }: RepliesQuery): void {
  if (before === undefined || after === undefined) return;
  const detail = 'cannot be combined with another place';
  throw invalidParameters(['before', 'after'].map((field) => ({ field, detail })));
}

function linkNeighbours(
  response: Response,
  { replies, hasEarlier, hasLater }: RepliesPage,
  { limit, before, after }: RepliesQuery,
): void {
  const first = replies.at(0)?.seq ?? Math.min((after ?? 0) + 1, Number.MAX_SAFE_INTEGER);
  const last = replies.at(-1)?.seq ?? Math.max((before ?? 0) - 1, 0);
  link(response, {
    ...(hasEarlier && { prev: { limit, before: first } }),
    ...(hasLater && { next: { limit, after: last } }),
  });
}

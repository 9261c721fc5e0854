import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { EXAMPLE_ID } from '../../http/described-properties.js';
import {
  ApiIdempotencyKey,
  ApiPreconditions,
  ApiProblems,
  KEY_PROBLEMS,
  linkToPages,
  location,
  pickHeaders,
  WRITE_PROBLEMS,
} from '../../http/documented.js';
import { ReadsAgain } from '../../http/idempotency.js';
import { IdParam } from '../../http/ids.js';
import { answerPage, keysetOf, link, NUMBER_KEYS } from '../../http/paging.js';
import { IfMatch, Precondition } from '../../http/preconditions.js';
import { represent } from '../../http/representations.js';
import { HonoursPrefer } from '../../http/return-preference.js';
import { inUtc } from '../../http/time-field.js';
import { invalidParameters } from '../../http/validation.js';
import { Message } from '../room/message.js';
import { ARCHIVED, NO_MESSAGE, NO_ROOM, NOT_MEMBER } from '../room/room-problems.js';
import { REFUSALS } from '../room/room-rules.js';
import { DeleteMessage } from './delete-message.js';
import { EditMessage } from './edit-message.js';
import { GetMessage } from './get-message.js';
import { ListMessages, type MessagesPage } from './list-messages.js';
import { EditMessageBody, MessagesQuery, PostMessageBody, SearchQuery } from './message-bodies.js';
import { PostMessage } from './post-message.js';
import { SearchMessages } from './search-messages.js';

@ApiTags('Messages')
@Controller('api')
export class MessagesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('rooms/:id/messages')
  @ApiOperation({
    operationId: 'listMessages',
    summary: 'List messages of a room',
    description:
      'Returns a part of the history, in the order of the room: the newest messages, or those at the place that one of `before`, `after`, `around` and `at` names. Only members may read it. A `seq` need not exist: a page before the first message or after the last one is empty, with a `Link` to the others. Open `GET /api/events` with the `Last-Event-ID` of the response to miss nothing.',
  })
  @ApiResponse({
    status: 200,
    description:
      'Messages by ascending `seq`. `Link` names the older ones (`prev`) and the newer ones (`next`), if there are any.',
    type: [Message],
    headers: { ...pickHeaders('Last-Event-ID', 'Last-Seq'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', NOT_MEMBER, NO_ROOM)
  async list(
    @IdParam('room') id: string,
    @Query() query: MessagesQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Message[]> {
    const { limit, before, after, around, at } = query;
    refuseSeveralPlaces(query);
    const place = { before, after, around, at: at === undefined ? undefined : inUtc(at) };
    const page = await this.queries.execute(new ListMessages(userId, id, place, limit));
    response.set('Last-Event-ID', page.cursor).set('Last-Seq', String(page.lastSeq));
    linkNeighbours(response, page, query);
    return page.messages;
  }

  @Post('rooms/:id/messages')
  @ReadsAgain(({ callerId, ids, createdId }) => new GetMessage(callerId, ids['id']!, createdId))
  @ApiOperation({
    operationId: 'postMessage',
    summary: 'Post a message',
    description:
      'Only members may post. A reply stays a message of the room, and names the message to which it replies. A message can have files, which its author has uploaded to the room before. A retry with the same `clientId` posts nothing and returns the message as it is now.',
  })
  @ApiIdempotencyKey()
  @HonoursPrefer()
  @ApiResponse({
    status: 201,
    description: 'The message was posted.',
    type: Message,
    headers: {
      ...location('the message', `/api/rooms/${EXAMPLE_ID}/messages/${EXAMPLE_ID}`),
      ...pickHeaders('ETag'),
    },
  })
  @ApiProblems(
    ...WRITE_PROBLEMS,
    ...KEY_PROBLEMS,
    'recipient-unavailable',
    NOT_MEMBER,
    NO_ROOM,
    ARCHIVED,
  )
  async post(
    @IdParam('room') id: string,
    @Body() { clientId, text, replyTo = null, files = [], mentionAll }: PostMessageBody,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Message> {
    const post = new PostMessage(userId, id, clientId, text, replyTo, files, mentionAll);
    const message = await this.commands.execute(post);
    response.location(`/api/rooms/${id}/messages/${message.id}`);
    return represent(response, message);
  }

  @Get('rooms/:id/messages/:messageId')
  @ApiOperation({
    operationId: 'getMessage',
    summary: 'Get a message',
    description: 'Returns one message of a room. Only members may read it.',
  })
  @ApiResponse({
    status: 200,
    description: 'The message.',
    type: Message,
    headers: pickHeaders('ETag'),
  })
  @ApiProblems('unauthenticated', NOT_MEMBER, NO_MESSAGE)
  get(
    @IdParam('room') id: string,
    @IdParam('message', 'messageId') messageId: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<Message> {
    return this.queries.execute(new GetMessage(userId, id, messageId));
  }

  @Patch('rooms/:id/messages/:messageId')
  @ApiOperation({
    operationId: 'editMessage',
    summary: 'Edit a message',
    description:
      'Replaces the text of a message and marks it as edited. Only its author may edit it.',
  })
  @ApiPreconditions()
  @HonoursPrefer()
  @ApiResponse({
    status: 200,
    description: 'The message as edited.',
    type: Message,
    headers: pickHeaders('ETag'),
  })
  @ApiProblems(...WRITE_PROBLEMS, 'precondition-failed', 'recipient-unavailable', NO_MESSAGE, {
    forbidden: REFUSALS.editByOther,
    conflict: REFUSALS.editDeleted,
  })
  async edit(
    @IdParam('room') id: string,
    @IdParam('message', 'messageId') messageId: string,
    @Body() { text }: EditMessageBody,
    @IfMatch() precondition: Precondition,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Message> {
    const command = new EditMessage(userId, id, messageId, text, precondition);
    return represent(response, await this.commands.execute(command));
  }

  @Delete('rooms/:id/messages/:messageId')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteMessage',
    summary: 'Delete a message',
    description:
      'Only its author and owners of the room may delete a message. It keeps its place in the history without its text and its files, whose content is removed within a minute. Its events stay in the log, without both: a member who continues from an earlier cursor receives it as posted and as deleted.',
  })
  @ApiPreconditions()
  @ApiResponse({ status: 204, description: 'The text was deleted.' })
  @ApiProblems(...WRITE_PROBLEMS, 'precondition-failed', NO_MESSAGE, {
    forbidden: REFUSALS.deleteByOther,
  })
  remove(
    @IdParam('room') id: string,
    @IdParam('message', 'messageId') messageId: string,
    @IfMatch() precondition: Precondition,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new DeleteMessage(userId, id, messageId, precondition));
  }

  @Get('messages')
  @ApiOperation({
    operationId: 'searchMessages',
    summary: 'Search messages in my rooms',
    description:
      'Finds messages that contain all words in their text or in the names of their files. Case, accents, Hebrew points, Arabic tashkil and invisible characters do not matter. The number of searches is limited for each user. A search that takes longer than 3 s is stopped.',
  })
  @ApiResponse({
    status: 200,
    description: 'The messages found, the newest first.',
    type: [Message],
    headers: linkToPages(),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', 'too-many-requests')
  async search(
    @Query() query: SearchQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Message[]> {
    const search = new SearchMessages(userId, keysetOf(response.req, query, NUMBER_KEYS));
    return answerPage(response, query, await this.queries.execute(search));
  }
}

/** @throws Problem `invalid-parameter` */
function refuseSeveralPlaces({ before, after, around, at }: MessagesQuery): void {
  const places = Object.entries({ before, after, around, at });
  const named = places.filter(([, value]) => value !== undefined).map(([field]) => field);
  if (named.length <= 1) return;
  const detail = 'cannot be combined with another place';
  throw invalidParameters(named.map((field) => ({ field, detail })));
}

/** Places have no gaps, so a page without messages is before the first message, or after the last one. */
function linkNeighbours(
  response: Response,
  { messages, lastSeq }: MessagesPage,
  { limit, before }: MessagesQuery,
): void {
  const end = before === undefined ? lastSeq : 0;
  const [first, last] = [messages.at(0)?.seq ?? end + 1, messages.at(-1)?.seq ?? end];
  link(response, {
    ...(first > 1 && { prev: { limit, before: first } }),
    ...(last < lastSeq && { next: { limit, after: last } }),
  });
}

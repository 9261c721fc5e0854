import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Caller, CurrentCaller } from '../http/caller.js';
import {
  ApiIfMatch,
  ApiPrefer,
  ApiProblems,
  BODY_PROBLEMS,
  pickHeaders,
  WRITE_PROBLEMS,
} from '../http/documented.js';
import { ReadsAgain } from '../http/idempotency.js';
import { IdParam } from '../http/ids.js';
import { answerPage, keysetOf, link, NUMBER_KEYS } from '../http/paging.js';
import { IfMatch, Precondition } from '../http/preconditions.js';
import { Problem } from '../http/problems.js';
import { represent } from '../http/representations.js';
import { DeleteMessage } from './delete-message.js';
import { EditMessage } from './edit-message.js';
import { GetMessage } from './get-message.js';
import { ListMessages, type MessagesPage } from './list-messages.js';
import { Message } from './message.js';
import { PostMessage } from './post-message.js';
import { EditMessageBody, MessagesQuery, PostMessageBody, SearchQuery } from './room-bodies.js';
import { SearchMessages } from './search-messages.js';

const WRITES = [...WRITE_PROBLEMS, 'forbidden', 'not-found', 'conflict'] as const;

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
    summary: 'The history of a room, both ways from any place',
    description:
      'The newest ones where no place is named. Name one at most. A `seq` need not exist: `before` one beyond the end, there are the newest, and a page after the last message or before the first one is empty, with a `Link` to the others.',
  })
  @ApiResponse({
    status: 200,
    description:
      'In the order of the room. `Link` names the older (`prev`) and the newer (`next`) ones, where there are more.',
    type: [Message],
    headers: pickHeaders('Last-Event-ID', 'Last-Seq', 'Link', 'X-Request-Id'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', 'forbidden', 'not-found')
  async list(
    @IdParam() id: string,
    @Query() query: MessagesQuery,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Message[]> {
    const { limit, before, after, around, at } = query;
    refuseSeveralPlaces(query);
    const time = at === undefined ? undefined : new Date(at).toISOString();
    const place = { before, after, around, at: time };
    const page = await this.queries.execute(new ListMessages(userId, id, place, limit));
    response.set('Last-Event-ID', page.cursor).set('Last-Seq', String(page.lastSeq));
    linkNeighbours(response, page, query);
    return page.messages;
  }

  @Post('rooms/:id/messages')
  @ReadsAgain(({ callerId, ids, createdId }) => new GetMessage(callerId, ids['id']!, createdId))
  @ApiOperation({
    operationId: 'postMessage',
    summary: 'Say something',
    description:
      'A repeat with the same `clientId` is said once, and answered with the message as it is now.',
  })
  @ApiPrefer()
  @ApiResponse({
    status: 201,
    description: 'The message, stored.',
    type: Message,
    headers: pickHeaders('Location', 'ETag', 'Preference-Applied', 'X-Request-Id'),
  })
  @ApiProblems(...WRITES, ...BODY_PROBLEMS, 'idempotency-key-reused', 'recipient-unavailable')
  async post(
    @IdParam() id: string,
    @Body() { clientId, text }: PostMessageBody,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Message | undefined> {
    const message = await this.commands.execute(new PostMessage(userId, id, clientId, text));
    response.location(`/api/rooms/${id}/messages/${message.id}`);
    return represent(response, message);
  }

  @Get('rooms/:id/messages/:messageId')
  @ApiOperation({ operationId: 'getMessage', summary: 'Get a message' })
  @ApiResponse({
    status: 200,
    description: 'The message.',
    type: Message,
    headers: pickHeaders('ETag', 'X-Request-Id'),
  })
  @ApiProblems('unauthenticated', 'forbidden', 'not-found')
  get(
    @IdParam() id: string,
    @IdParam('messageId') messageId: string,
    @CurrentCaller() { userId }: Caller,
  ): Promise<Message> {
    return this.queries.execute(new GetMessage(userId, id, messageId));
  }

  @Patch('rooms/:id/messages/:messageId')
  @ApiOperation({ operationId: 'editMessage', summary: 'Edit one of my messages' })
  @ApiIfMatch()
  @ApiPrefer()
  @ApiResponse({
    status: 200,
    description: 'The message as it is now, marked as edited.',
    type: Message,
    headers: pickHeaders('ETag', 'Preference-Applied', 'X-Request-Id'),
  })
  @ApiResponse({
    status: 204,
    description: 'Edited, and the body left out as `Prefer: return=minimal` asks.',
    headers: pickHeaders('ETag', 'Preference-Applied', 'X-Request-Id'),
  })
  @ApiProblems(...WRITES, ...BODY_PROBLEMS, 'precondition-failed', 'recipient-unavailable')
  async edit(
    @IdParam() id: string,
    @IdParam('messageId') messageId: string,
    @Body() { text }: EditMessageBody,
    @IfMatch() precondition: Precondition,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Message | undefined> {
    const command = new EditMessage(userId, id, messageId, text, precondition);
    return represent(response, await this.commands.execute(command));
  }

  @Delete('rooms/:id/messages/:messageId')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteMessage',
    summary: 'Delete one of my messages, or any in a room that I own',
    description:
      'It keeps its place in the history, without its text. The events that have told of it stay in the log until they are trimmed: a member who goes on from a cursor before it hears it posted, and deleted.',
  })
  @ApiIfMatch()
  @ApiResponse({ status: 204, description: 'What it said is gone.' })
  @ApiProblems(...WRITES, 'precondition-failed')
  remove(
    @IdParam() id: string,
    @IdParam('messageId') messageId: string,
    @IfMatch() precondition: Precondition,
    @CurrentCaller() { userId }: Caller,
  ): Promise<void> {
    return this.commands.execute(new DeleteMessage(userId, id, messageId, precondition));
  }

  @Get('messages')
  @ApiOperation({
    operationId: 'searchMessages',
    summary: 'Search what was said in my rooms',
    description:
      'Case does not matter. How often one may search is limited, and a search that takes longer than 3 s is given up.',
  })
  @ApiResponse({
    status: 200,
    description: 'The newest first.',
    type: [Message],
    headers: pickHeaders('Link', 'X-Request-Id'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', 'too-many-requests')
  async search(
    @Query() query: SearchQuery,
    @CurrentCaller() { userId }: Caller,
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
  const detail = 'cannot be combined: name one place at most';
  const errors = named.map((field) => ({ field, detail }));
  throw new Problem('invalid-parameter', `${named.join(', ')} ${detail}.`, { errors });
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

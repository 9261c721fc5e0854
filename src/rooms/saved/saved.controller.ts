import { Controller, Delete, Get, HttpCode, Put, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { ApiProblems, linkToPages, pickHeaders, WRITE_PROBLEMS } from '../../http/documented.js';
import { IdParam } from '../../http/ids.js';
import { answerPage, KeysetQuery, keysetOf } from '../../http/paging.js';
import { NO_MESSAGE, NOT_MEMBER } from '../room/room-problems.js';
import { REFUSALS } from '../room/room-rules.js';
import { ListSaved } from './list-saved.js';
import { SavedMessage } from './saved-message.js';
import { SAVED_KEYS } from './saved.repository.js';
import { SetSaved } from './set-saved.js';

@ApiTags('Messages')
@Controller('api')
export class SavedController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('me/saved')
  @ApiOperation({
    operationId: 'listSavedMessages',
    summary: 'List my saved messages',
    description:
      'Returns one page of the messages that the caller has saved for later, in all rooms. `saved` of a membership names those of one room. Continue with `GET /api/events` from the `Last-Event-ID` of the response.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of messages, the last one saved first.',
    type: [SavedMessage],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async list(
    @Query() query: KeysetQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly SavedMessage[]> {
    const list = new ListSaved(userId, keysetOf(response.req, query, SAVED_KEYS));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Put('rooms/:id/messages/:messageId/saved')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'saveMessage',
    summary: 'Save a message for later',
    description:
      'Adds a message to the saved messages of the caller. Nobody else can see that. A user has at most 1,000 saved messages. Deleting a message removes it from them, and so does leaving its room. A hidden direct conversation keeps its saved messages.',
  })
  @ApiResponse({ status: 204, description: 'The message is saved.' })
  @ApiProblems(...WRITE_PROBLEMS, NOT_MEMBER, NO_MESSAGE, { conflict: REFUSALS.saveDeleted })
  add(
    @IdParam('room') id: string,
    @IdParam('message', 'messageId') messageId: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new SetSaved(userId, id, messageId, true));
  }

  @Delete('rooms/:id/messages/:messageId/saved')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'unsaveMessage',
    summary: 'Remove a message from my saved messages',
    description: 'Has no effect if the message is not saved.',
  })
  @ApiResponse({ status: 204, description: 'The message is not saved.' })
  @ApiProblems(...WRITE_PROBLEMS, NOT_MEMBER, NO_MESSAGE)
  remove(
    @IdParam('room') id: string,
    @IdParam('message', 'messageId') messageId: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new SetSaved(userId, id, messageId, false));
  }
}

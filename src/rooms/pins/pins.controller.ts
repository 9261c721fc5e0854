import { Controller, Delete, Get, HttpCode, Put, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { ApiProblems, pickHeaders, WRITE_PROBLEMS } from '../../http/documented.js';
import { IdParam } from '../../http/ids.js';
import { NO_MESSAGE, NO_ROOM, NOT_MEMBER, NOT_OWNER } from '../room/room-problems.js';
import { REFUSALS } from '../room/room-rules.js';
import { ListPins } from './list-pins.js';
import { Pin } from './pin.js';
import { PinMessage } from './pin-message.js';
import { UnpinMessage } from './unpin-message.js';

@ApiTags('Messages')
@Controller('api/rooms/:id')
export class PinsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('pins')
  @ApiOperation({
    operationId: 'listPins',
    summary: 'List the pinned messages of a room',
    description: 'Returns all pinned messages, at most 50. Only members may read them.',
  })
  @ApiResponse({
    status: 200,
    description: 'The pinned messages, the newest pin first.',
    type: [Pin],
    headers: pickHeaders('Last-Event-ID'),
  })
  @ApiProblems('unauthenticated', NOT_MEMBER, NO_ROOM)
  async list(
    @IdParam('room') id: string,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Pin[]> {
    const { items, cursor } = await this.queries.execute(new ListPins(userId, id));
    response.set('Last-Event-ID', cursor);
    return items;
  }

  @Put('messages/:messageId/pin')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'pinMessage',
    summary: 'Pin a message',
    description:
      'Pins a message for all members. Only owners of the room may do so, and both users of a direct conversation. A room has at most 50 pinned messages. Deleting a message removes its pin.',
  })
  @ApiResponse({ status: 204, description: 'The message is pinned.' })
  @ApiProblems(...WRITE_PROBLEMS, 'recipient-unavailable', NOT_OWNER, NO_MESSAGE, {
    conflict: REFUSALS.pinDeleted,
  })
  pin(
    @IdParam('room') id: string,
    @IdParam('message', 'messageId') messageId: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new PinMessage(userId, id, messageId));
  }

  @Delete('messages/:messageId/pin')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'unpinMessage',
    summary: 'Remove the pin of a message',
    description: 'Has no effect if the message is not pinned. The same users may do so.',
  })
  @ApiResponse({ status: 204, description: 'The message is not pinned.' })
  @ApiProblems(...WRITE_PROBLEMS, NOT_OWNER, NO_MESSAGE)
  unpin(
    @IdParam('room') id: string,
    @IdParam('message', 'messageId') messageId: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new UnpinMessage(userId, id, messageId));
  }
}

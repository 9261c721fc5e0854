import { Controller, Delete, HttpCode, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { ApiProblems, WRITE_PROBLEMS } from '../../http/documented.js';
import { IdParam } from '../../http/ids.js';
import { NO_MESSAGE, NOT_MEMBER } from '../room/room-problems.js';
import { REFUSALS } from '../room/room-rules.js';
import { AddReaction } from './add-reaction.js';
import { EmojiParam } from './emoji-param.js';
import { RemoveReaction } from './remove-reaction.js';

@ApiTags('Messages')
@Controller('api/rooms/:id/messages/:messageId/reactions')
export class ReactionsController {
  constructor(private readonly commands: CommandBus) {}

  @Put(':emoji')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'addReaction',
    summary: 'React to a message',
    description:
      'Adds a reaction of the caller to a message. Has no effect if the caller has already reacted with this emoji. Only members may react. A message has reactions with at most 20 different emoji, and at most 500 reactions.',
  })
  @ApiResponse({ status: 204, description: 'The caller has reacted with the emoji.' })
  @ApiProblems(
    ...WRITE_PROBLEMS,
    'invalid-parameter',
    'recipient-unavailable',
    NOT_MEMBER,
    NO_MESSAGE,
    { conflict: REFUSALS.reactToDeleted },
  )
  add(
    @IdParam('room') id: string,
    @IdParam('message', 'messageId') messageId: string,
    @EmojiParam() emoji: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new AddReaction(userId, id, messageId, emoji));
  }

  @Delete(':emoji')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'removeReaction',
    summary: 'Take a reaction back',
    description:
      'Removes a reaction of the caller from a message. Has no effect if there is none. Only members may do so.',
  })
  @ApiResponse({ status: 204, description: 'The caller has not reacted with the emoji.' })
  @ApiProblems(...WRITE_PROBLEMS, 'invalid-parameter', NOT_MEMBER, NO_MESSAGE)
  remove(
    @IdParam('room') id: string,
    @IdParam('message', 'messageId') messageId: string,
    @EmojiParam() emoji: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new RemoveReaction(userId, id, messageId, emoji));
  }
}

import { Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import {
  ApiIdempotencyKey,
  ApiProblems,
  KEY_PROBLEMS,
  WRITE_PROBLEMS,
} from '../../http/documented.js';
import { IdParam } from '../../http/ids.js';
import { ARCHIVED, NO_ROOM, NOT_MEMBER } from '../room/room-problems.js';
import { SendTyping } from './send-typing.js';

@ApiTags('Rooms')
@Controller('api/rooms/:id')
export class TypingController {
  constructor(private readonly commands: CommandBus) {}

  @Post('typing')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'sendTyping',
    summary: 'Announce that I am typing',
    description:
      'Delivered to members who are connected now, in rooms of up to 1,000 members. Clients show it for 6 s. Nothing is stored.',
  })
  @ApiIdempotencyKey()
  @ApiResponse({ status: 204, description: 'Announced.' })
  @ApiProblems(
    ...WRITE_PROBLEMS,
    ...KEY_PROBLEMS,
    'recipient-unavailable',
    NOT_MEMBER,
    NO_ROOM,
    ARCHIVED,
  )
  typing(@IdParam('room') id: string, @CurrentUser() { userId }: UserCaller): Promise<void> {
    return this.commands.execute(new SendTyping(userId, id));
  }
}

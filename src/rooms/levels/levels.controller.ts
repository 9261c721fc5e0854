import { Body, Controller, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { ApiProblems, WRITE_PROBLEMS } from '../../http/documented.js';
import { IdParam } from '../../http/ids.js';
import { inUtc } from '../../http/time-field.js';
import { NO_ROOM, NOT_MEMBER } from '../room/room-problems.js';
import { NotificationLevel } from '../room/room.js';
import { LevelBody } from './level-body.js';
import { SetLevel } from './set-level.js';

@ApiTags('Rooms')
@Controller('api/rooms/:id/notifications')
export class LevelsController {
  constructor(private readonly commands: CommandBus) {}

  @Put()
  @ApiOperation({
    operationId: 'setNotificationLevel',
    summary: 'Choose what notifies me in a room',
    description:
      'Sets the notification level of the caller, and mutes the room until a time. Has no effect on other members. Members who have chosen nothing have the level `all` in direct conversations and `mentions` in other rooms. Leaving a room resets the level, but hiding a direct conversation does not.',
  })
  @ApiResponse({ status: 200, description: 'The level as set.', type: NotificationLevel })
  @ApiProblems(...WRITE_PROBLEMS, NOT_MEMBER, NO_ROOM)
  set(
    @IdParam('room') id: string,
    @Body() { level, mutedUntil = null }: LevelBody,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<NotificationLevel> {
    const chosen = { level, mutedUntil: mutedUntil === null ? null : inUtc(mutedUntil) };
    return this.commands.execute(new SetLevel(userId, id, chosen));
  }
}

import { Controller, Delete, HttpCode, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { ApiProblems, WRITE_PROBLEMS } from '../../http/documented.js';
import { IdParam } from '../../http/ids.js';
import { NO_ROOM, NOT_MEMBER } from '../room/room-problems.js';
import { SetFavourite } from './set-favourite.js';

@ApiTags('Rooms')
@Controller('api/rooms/:id/favourite')
export class FavouritesController {
  constructor(private readonly commands: CommandBus) {}

  @Put()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'addFavourite',
    summary: 'Add a room to my favourites',
    description:
      'Marks a room or direct conversation of the caller as a favourite. Nobody else can see that. A hidden direct conversation stays a favourite. Leaving a room removes it.',
  })
  @ApiResponse({ status: 204, description: 'The room is a favourite.' })
  @ApiProblems(...WRITE_PROBLEMS, NOT_MEMBER, NO_ROOM)
  add(@IdParam('room') id: string, @CurrentUser() { userId }: UserCaller): Promise<void> {
    return this.commands.execute(new SetFavourite(userId, id, true));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'removeFavourite',
    summary: 'Remove a room from my favourites',
    description: 'Has no effect if the room is not a favourite.',
  })
  @ApiResponse({ status: 204, description: 'The room is not a favourite.' })
  @ApiProblems(...WRITE_PROBLEMS, NOT_MEMBER, NO_ROOM)
  remove(@IdParam('room') id: string, @CurrentUser() { userId }: UserCaller): Promise<void> {
    return this.commands.execute(new SetFavourite(userId, id, false));
  }
}

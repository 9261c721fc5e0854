import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { ApiProblems, pickHeaders } from '../../http/documented.js';
import { IdParam } from '../../http/ids.js';
import { NO_ROOM, NOT_MEMBER } from '../room/room-problems.js';
import { HistoryLine } from './history-line.js';
import { LinesQuery } from './lines-query.js';
import { ListLines } from './list-lines.js';

@ApiTags('Messages')
@Controller('api/rooms/:id/lines')
export class LinesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({
    operationId: 'listLines',
    summary: 'List what changed between messages of a room',
    description:
      'Returns who joined and left, and the changes of the name and the topic, by the message that precedes them. Direct conversations have none. The same follows from the events `member.joined`, `member.left` and `room.updated`, which come after the `message.posted` of that message. Only members may read it.',
  })
  @ApiResponse({
    status: 200,
    description:
      'The lines by ascending `seq`, and by kind: `joined`, `left`, `renamed`, `topic`. At most one of each kind for a message.',
    type: [HistoryLine],
    headers: pickHeaders('Last-Event-ID'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', NOT_MEMBER, NO_ROOM)
  async list(
    @IdParam('room') id: string,
    @Query() { from, limit }: LinesQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly HistoryLine[]> {
    const query = new ListLines(userId, id, from, from + limit - 1);
    const { items, cursor } = await this.queries.execute(query);
    response.set('Last-Event-ID', cursor);
    return items;
  }
}

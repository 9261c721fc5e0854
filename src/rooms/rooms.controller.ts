import { Body, Controller, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Caller, CurrentCaller } from '../http/caller.js';
import {
  ApiIdempotencyKey,
  ApiIfMatch,
  ApiPrefer,
  ApiProblems,
  BODY_PROBLEMS,
  pickHeaders,
  WRITE_PROBLEMS,
} from '../http/documented.js';
import { ReadsAgain } from '../http/idempotency.js';
import { IdParam } from '../http/ids.js';
import { answerPage, keysetOf, PageQuery } from '../http/paging.js';
import { IfMatch, Precondition } from '../http/preconditions.js';
import { represent } from '../http/representations.js';
import { CreateRoom } from './create-room.js';
import { GetRoom } from './get-room.js';
import { ListMyInvitations } from './list-my-invitations.js';
import { ListMyRooms } from './list-my-rooms.js';
import { ListRooms } from './list-rooms.js';
import { OpenDirect } from './open-direct.js';
import { CreateRoomBody, UpdateRoomBody } from './room-bodies.js';
import { Invitation, Membership, Room } from './room.js';
import { UpdateRoom } from './update-room.js';

@ApiTags('Rooms')
@Controller('api')
export class RoomsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('rooms')
  @ReadsAgain(({ callerId, createdId }) => new GetRoom(callerId, createdId))
  @ApiOperation({ operationId: 'createRoom', summary: 'Make a room, or open a conversation' })
  @ApiIdempotencyKey()
  @ApiPrefer()
  @ApiResponse({
    status: 201,
    description: 'The room, of which the caller is a member.',
    type: Room,
    headers: pickHeaders(
      'Location',
      'ETag',
      'Idempotency-Replayed',
      'Preference-Applied',
      'X-Request-Id',
    ),
  })
  @ApiResponse({
    status: 200,
    description: 'The conversation that the two have already.',
    type: Room,
    headers: pickHeaders('Location', 'ETag', 'X-Request-Id'),
  })
  @ApiProblems(
    ...WRITE_PROBLEMS,
    ...BODY_PROBLEMS,
    'request-in-progress',
    'idempotency-key-reused',
    'conflict',
    'recipient-unavailable',
  )
  async create(
    @Body() { kind, name, userId }: CreateRoomBody,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Room | undefined> {
    const { room, isNew } =
      kind === 'direct'
        ? await this.commands.execute(new OpenDirect(caller.userId, userId!))
        : {
            room: await this.commands.execute(new CreateRoom(caller.userId, kind, name!)),
            isNew: true,
          };
    response.status(isNew ? 201 : 200).location(`/api/rooms/${room.id}`);
    return represent(response, room);
  }

  @Get('rooms')
  @ApiOperation({ operationId: 'listRooms', summary: 'List the public rooms, page by page' })
  @ApiResponse({
    status: 200,
    description: 'One page.',
    type: [Room],
    headers: pickHeaders('Last-Event-ID', 'Link', 'ETag', 'X-Request-Id'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async list(
    @Query() query: PageQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Room[]> {
    const list = new ListRooms(keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Get('rooms/:id')
  @ApiOperation({ operationId: 'getRoom', summary: 'Get a room' })
  @ApiResponse({
    status: 200,
    description: 'The room.',
    type: Room,
    headers: pickHeaders('ETag', 'X-Request-Id'),
  })
  @ApiProblems('unauthenticated', 'not-found')
  get(@IdParam() id: string, @CurrentCaller() { userId }: Caller): Promise<Room> {
    return this.queries.execute(new GetRoom(userId, id));
  }

  @Patch('rooms/:id')
  @ApiOperation({ operationId: 'updateRoom', summary: 'Rename a room, archive or reopen it' })
  @ApiIfMatch()
  @ApiPrefer()
  @ApiResponse({
    status: 200,
    description: 'The room as it is now.',
    type: Room,
    headers: pickHeaders('ETag', 'Preference-Applied', 'X-Request-Id'),
  })
  @ApiResponse({
    status: 204,
    description: 'Changed, and the body left out as `Prefer: return=minimal` asks.',
    headers: pickHeaders('ETag', 'Preference-Applied', 'X-Request-Id'),
  })
  @ApiProblems(
    ...WRITE_PROBLEMS,
    ...BODY_PROBLEMS,
    'forbidden',
    'not-found',
    'conflict',
    'precondition-failed',
  )
  async update(
    @IdParam() id: string,
    @Body() changes: UpdateRoomBody,
    @IfMatch() precondition: Precondition,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Room | undefined> {
    const room = await this.commands.execute(new UpdateRoom(userId, id, changes, precondition));
    return represent(response, room);
  }

  @Get('me/rooms')
  @ApiOperation({
    operationId: 'listMyRooms',
    summary: 'My rooms',
    description:
      'Page by page, in the order of the rooms’ ids; hidden direct conversations are left out. Open `GET /api/events` with the `Last-Event-ID` of the first page, and nothing is missed: later pages may hold changes that the stream delivers once more. A user is in 1,000 rooms at most, so `limit=1000` reads all at once.',
  })
  @ApiResponse({
    status: 200,
    description: 'What the caller has of each.',
    type: [Membership],
    headers: pickHeaders('Last-Event-ID', 'Link', 'X-Request-Id'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async listMine(
    @Query() query: PageQuery,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Membership[]> {
    const list = new ListMyRooms(userId, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Get('me/invitations')
  @ApiOperation({ operationId: 'listMyInvitations', summary: 'Rooms that I am invited into' })
  @ApiResponse({
    status: 200,
    description: 'One page, in the order of the rooms’ ids.',
    type: [Invitation],
    headers: pickHeaders('Last-Event-ID', 'Link', 'X-Request-Id'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async listMyInvitations(
    @Query() query: PageQuery,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Invitation[]> {
    const list = new ListMyInvitations(userId, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }
}

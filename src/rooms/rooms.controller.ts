import { Body, Controller, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBody,
  ApiExtraModels,
  ApiOperation,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { type UserCaller, CurrentUser } from '../http/caller.js';
import { EXAMPLE_ID } from '../http/described-properties.js';
import {
  ApiIdempotencyKey,
  ApiPreconditions,
  ApiProblems,
  KEY_PROBLEMS,
  linkToPages,
  location,
  pickHeaders,
  WRITE_PROBLEMS,
} from '../http/documented.js';
import { ReadsAgain } from '../http/idempotency.js';
import { IdParam } from '../http/ids.js';
import { answerPage, keysetOf, PageQuery } from '../http/paging.js';
import { IfMatch, Precondition } from '../http/preconditions.js';
import { represent } from '../http/representations.js';
import { HonoursPrefer } from '../http/return-preference.js';
import { CreateRoom } from './create-room.js';
import { GetRoom } from './get-room.js';
import { ListMyInvitations } from './invitations/list-my-invitations.js';
import { ListRooms } from './list-rooms.js';
import { ListMyRooms } from './members/list-my-rooms.js';
import { OpenDirect } from './open-direct.js';
import {
  CreateNamedRoomBody,
  CreateRoomBody,
  OpenDirectBody,
  UpdateRoomBody,
} from './room-bodies.js';
import { NO_ROOM } from './room/room-problems.js';
import { REFUSALS } from './room/room-rules.js';
import { Invitation, Membership, Room } from './room/room.js';
import { UpdateRoom } from './update-room.js';

const LOCATION = location('the room', `/api/rooms/${EXAMPLE_ID}`);

/** The kind of room decides which other properties the body has. */
const NEW_ROOM = {
  schema: {
    description: 'A new room, or the direct conversation with another user.',
    oneOf: [CreateNamedRoomBody, OpenDirectBody].map((type) => ({ $ref: getSchemaPath(type) })),
    discriminator: {
      propertyName: 'kind',
      mapping: {
        public: getSchemaPath(CreateNamedRoomBody),
        private: getSchemaPath(CreateNamedRoomBody),
        direct: getSchemaPath(OpenDirectBody),
      },
    },
  },
  examples: {
    public: { summary: 'A public room', value: { kind: 'public', name: 'Analysis' } },
    private: { summary: 'A private room', value: { kind: 'private', name: 'Synthesis' } },
    direct: { summary: 'A direct conversation', value: { kind: 'direct', userId: EXAMPLE_ID } },
  },
};

@ApiTags('Rooms')
@Controller('api')
export class RoomsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('rooms')
  @ReadsAgain(({ callerId, createdId }) => new GetRoom(callerId, createdId))
  @ApiOperation({
    operationId: 'createRoom',
    summary: 'Create a room or open a direct conversation',
    description:
      'The caller becomes the owner of a new room. Two users have one direct conversation: opening it again returns the same one, and shows it again if the caller has hidden it.',
  })
  @ApiExtraModels(CreateNamedRoomBody, OpenDirectBody)
  @ApiBody(NEW_ROOM)
  @ApiIdempotencyKey()
  @HonoursPrefer()
  @ApiResponse({
    status: 201,
    description: 'The room was created. The caller is a member.',
    type: Room,
    headers: { ...LOCATION, ...pickHeaders('ETag') },
  })
  @ApiResponse({
    status: 200,
    description: 'The direct conversation, which already existed.',
    type: Room,
    headers: { ...LOCATION, ...pickHeaders('ETag') },
  })
  @ApiProblems(...WRITE_PROBLEMS, ...KEY_PROBLEMS, NO_ROOM, 'recipient-unavailable', {
    conflict:
      'A user can be in at most 1000 rooms and direct conversations, and must leave one first.',
  })
  async create(
    @Body() { kind, name, userId }: CreateRoomBody,
    @CurrentUser() caller: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Room> {
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
  @ApiOperation({
    operationId: 'listRooms',
    summary: 'List public rooms',
    description: 'Returns one page of the rooms that every signed-in user may join.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of rooms, in the order of their ids.',
    type: [Room],
    headers: { ...pickHeaders('Last-Event-ID', 'ETag'), ...linkToPages() },
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
  @ApiOperation({
    operationId: 'getRoom',
    summary: 'Get a room',
    description: 'Returns a public room, or one that the caller is in or invited into.',
  })
  @ApiResponse({
    status: 200,
    description: 'The room.',
    type: Room,
    headers: pickHeaders('ETag'),
  })
  @ApiProblems('unauthenticated', NO_ROOM)
  get(@IdParam('room') id: string, @CurrentUser() { userId }: UserCaller): Promise<Room> {
    return this.queries.execute(new GetRoom(userId, id));
  }

  @Patch('rooms/:id')
  @ApiOperation({
    operationId: 'updateRoom',
    summary: 'Rename, describe, archive or reopen a room',
    description:
      'Changes the properties in the body and leaves the others as they are (JSON Merge Patch, RFC 7396). Only owners may change a room. Archiving a room withdraws its invitations.',
  })
  @ApiPreconditions()
  @HonoursPrefer()
  @ApiResponse({
    status: 200,
    description: 'The room as changed.',
    type: Room,
    headers: pickHeaders('ETag'),
  })
  @ApiProblems(...WRITE_PROBLEMS, NO_ROOM, 'precondition-failed', {
    forbidden: REFUSALS.notOwner,
    conflict: REFUSALS.archived,
  })
  async update(
    @IdParam('room') id: string,
    @Body() changes: UpdateRoomBody,
    @IfMatch() precondition: Precondition,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Room> {
    const room = await this.commands.execute(new UpdateRoom(userId, id, changes, precondition));
    return represent(response, room);
  }

  @Get('me/rooms')
  @ApiOperation({
    operationId: 'listMyRooms',
    summary: 'List my rooms',
    description:
      'Returns one page of the caller’s rooms, without hidden direct conversations. Open `GET /api/events` with the `Last-Event-ID` of the first page to miss nothing; the stream may deliver changes that later pages already contain. A user is in at most 1,000 rooms, so `limit=1000` returns all of them.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of memberships, in the order of the ids of the rooms.',
    type: [Membership],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async listMine(
    @Query() query: PageQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Membership[]> {
    const list = new ListMyRooms(userId, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Get('me/invitations')
  @ApiOperation({
    operationId: 'listMyInvitations',
    summary: 'List my invitations',
    description:
      'Returns one page of the invitations that the caller has neither accepted nor declined.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of invitations, in the order of the ids of the rooms.',
    type: [Invitation],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async listMyInvitations(
    @Query() query: PageQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Invitation[]> {
    const list = new ListMyInvitations(userId, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }
}

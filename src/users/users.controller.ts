import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  type MessageEvent,
  NotFoundException,
  Patch,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import { DocumentedStream } from '../events/documented-stream.js';
import { EventStream } from '../events/event-stream.js';
import { StreamQuery } from '../events/stream-query.js';
import { Streams } from '../events/streams.js';
import { Audited, pathParameter } from '../http/audited.js';
import {
  ApiIdempotencyKey,
  ApiIfMatch,
  ApiPrefer,
  ApiProblems,
  pickHeaders,
} from '../http/documented.js';
import { type Caller, Directory, OptionalCaller } from '../http/caller.js';
import { ReadsAgain } from '../http/idempotency.js';
import { IdParam } from '../http/ids.js';
import { answerPage, keysetOf } from '../http/paging.js';
import { IfMatch, Precondition } from '../http/preconditions.js';
import { represent } from '../http/representations.js';
import { CreateUser } from './create-user.js';
import { GetUser } from './get-user.js';
import { ListUsers } from './list-users.js';
import { RemoveUser } from './remove-user.js';
import { UpdateUser } from './update-user.js';
import { CreateUserBody, UpdateUserBody } from './user-bodies.js';
import { User } from './user.js';
import { UsersQuery } from './users-query.js';
import { userDirectory } from './users.stream.js';

/** Translates between HTTP and the buses, and does nothing else. */
@ApiTags('Users')
@Directory()
@Controller('api/users')
export class UsersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly streams: Streams,
  ) {}

  @Post()
  @ReadsAgain(({ createdId }) => new GetUser(createdId))
  @ApiOperation({ operationId: 'createUser', summary: 'Create a user' })
  @ApiIdempotencyKey()
  @ApiPrefer()
  @ApiResponse({
    status: 201,
    description: 'The user, stored.',
    type: User,
    headers: pickHeaders(
      'Location',
      'ETag',
      'Idempotency-Replayed',
      'Preference-Applied',
      'RateLimit',
      'RateLimit-Policy',
      'X-Request-Id',
    ),
  })
  @ApiProblems(
    'malformed-request',
    'unauthenticated',
    'cross-site-request',
    'request-in-progress',
    'content-too-large',
    'unsupported-media-type',
    'validation-failed',
    'idempotency-key-reused',
    'too-many-requests',
  )
  async create(
    @Body() { firstname, lastname }: CreateUserBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<User | undefined> {
    const user = await this.commands.execute(new CreateUser(firstname, lastname));
    response.location(`/api/users/${user.id}`);
    return represent(response, user);
  }

  @Get()
  @ApiOperation({
    operationId: 'listUsers',
    summary: 'List the users, or find them by username, page by page',
  })
  @ApiResponse({
    status: 200,
    description:
      'One page. Open the stream with the `Last-Event-ID` of the first page, and nothing is missed: later pages may hold changes that the stream tells once more.',
    type: [User],
    headers: pickHeaders('Last-Event-ID', 'Link', 'ETag', 'X-Request-Id'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async list(
    @Query() query: UsersQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly User[]> {
    const list = new ListUsers(keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  /** The directory, live: the facts of the feed, told as MessageEvents. */
  @EventStream('event')
  @DocumentedStream({
    operationId: 'listenToUsers',
    summary: 'Listen to the user directory',
  })
  listen(@Query() _query: StreamQuery, @Req() request: Request): Promise<Observable<MessageEvent>> {
    return this.streams.open(userDirectory, request);
  }

  @All('event')
  @ApiExcludeEndpoint()
  otherMethodsOfTheStream(): never {
    throw new NotFoundException();
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getUser', summary: 'Get a user' })
  @ApiResponse({
    status: 200,
    description: 'The user.',
    type: User,
    headers: pickHeaders('ETag', 'X-Request-Id'),
  })
  @ApiProblems('unauthenticated', 'not-found')
  get(@IdParam() id: string): Promise<User> {
    return this.queries.execute(new GetUser(id));
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'updateUser', summary: 'Change some properties of a user' })
  @ApiIfMatch()
  @ApiPrefer()
  @ApiResponse({
    status: 200,
    description: 'The user as it is now.',
    type: User,
    headers: pickHeaders(
      'ETag',
      'Preference-Applied',
      'RateLimit',
      'RateLimit-Policy',
      'X-Request-Id',
    ),
  })
  @ApiResponse({
    status: 204,
    description: 'Changed, and the body left out as `Prefer: return=minimal` asks.',
    headers: pickHeaders('ETag', 'Preference-Applied', 'X-Request-Id'),
  })
  @ApiProblems(
    'malformed-request',
    'unauthenticated',
    'forbidden',
    'cross-site-request',
    'not-found',
    'precondition-failed',
    'content-too-large',
    'unsupported-media-type',
    'validation-failed',
    'too-many-requests',
  )
  async update(
    @IdParam() id: string,
    @Body() changes: UpdateUserBody,
    @IfMatch() precondition: Precondition,
    @OptionalCaller() caller: Caller | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<User | undefined> {
    const user = await this.commands.execute(
      new UpdateUser(id, changes, precondition, caller?.userId),
    );
    return represent(response, user);
  }

  @Delete(':id')
  @Audited('removal', pathParameter('id'))
  @HttpCode(204)
  @ApiOperation({ operationId: 'removeUser', summary: 'Remove a user' })
  @ApiIfMatch()
  @ApiResponse({
    status: 204,
    description: 'The user is gone.',
    headers: pickHeaders('RateLimit', 'RateLimit-Policy', 'X-Request-Id'),
  })
  @ApiProblems(
    'malformed-request',
    'unauthenticated',
    'cross-site-request',
    'not-found',
    'conflict',
    'precondition-failed',
    'too-many-requests',
  )
  remove(@IdParam() id: string, @IfMatch() precondition: Precondition): Promise<void> {
    return this.commands.execute(new RemoveUser(id, precondition));
  }
}

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
  ApiPreconditions,
  ApiProblems,
  BODY_PROBLEMS,
  KEY_PROBLEMS,
  location,
  linkToPages,
  pickHeaders,
  WRITE_PROBLEMS,
} from '../http/documented.js';
import { type Caller, Directory, OptionalCaller } from '../http/caller.js';
import { EXAMPLE_ID } from '../http/described-properties.js';
import { ReadsAgain } from '../http/idempotency.js';
import { IdParam } from '../http/ids.js';
import { answerPage, keysetOf } from '../http/paging.js';
import { IfMatch, Precondition } from '../http/preconditions.js';
import { represent } from '../http/representations.js';
import { HonoursPrefer } from '../http/return-preference.js';
import { AnyInput } from '../http/strict-input.js';
import { CreateUser } from './create-user.js';
import { GetUser } from './get-user.js';
import { ListUsers } from './list-users.js';
import { RemoveUser } from './remove-user.js';
import { UpdateUser } from './update-user.js';
import { CreateUserBody, UpdateUserBody } from './user-bodies.js';
import { User } from './user.js';
import { UsersQuery } from './users-query.js';
import { userDirectory } from './users.stream.js';

const NOT_FOUND = { 'not-found': `There is no user with the id ${EXAMPLE_ID}.` };

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
  @ApiOperation({
    operationId: 'createUser',
    summary: 'Create a user',
    description:
      'Creates a user of the directory who cannot sign in. To create an account, see `POST /api/accounts`.',
  })
  @ApiIdempotencyKey()
  @HonoursPrefer()
  @ApiResponse({
    status: 201,
    description: 'The user was created.',
    type: User,
    headers: { ...location('the user', `/api/users/${EXAMPLE_ID}`), ...pickHeaders('ETag') },
  })
  @ApiProblems(...WRITE_PROBLEMS, ...BODY_PROBLEMS, ...KEY_PROBLEMS, NOT_FOUND)
  async create(
    @Body() { firstname, lastname }: CreateUserBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<User> {
    const user = await this.commands.execute(new CreateUser(firstname, lastname));
    response.location(`/api/users/${user.id}`);
    return represent(response, user);
  }

  @Get()
  @ApiOperation({
    operationId: 'listUsers',
    summary: 'List or find users',
    description:
      'Returns one page of the directory, or of the users whose username begins with `username`. Open `GET /api/users/event` with the `Last-Event-ID` of the first page to miss nothing; the stream may deliver changes that later pages already contain.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of users.',
    type: [User],
    headers: { ...pickHeaders('Last-Event-ID', 'ETag'), ...linkToPages() },
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
    operationId: 'subscribeToUsers',
    summary: 'Follow the user directory',
  })
  listen(@Query() _query: StreamQuery, @Req() request: Request): Promise<Observable<MessageEvent>> {
    return this.streams.open(userDirectory, request);
  }

  @All('event')
  @AnyInput()
  @ApiExcludeEndpoint()
  otherMethodsOfTheStream(): never {
    throw new NotFoundException();
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getUser',
    summary: 'Get a user',
    description: 'Returns one user of the directory.',
  })
  @ApiResponse({
    status: 200,
    description: 'The user.',
    type: User,
    headers: pickHeaders('ETag'),
  })
  @ApiProblems('unauthenticated', NOT_FOUND)
  get(@IdParam('user') id: string): Promise<User> {
    return this.queries.execute(new GetUser(id));
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'updateUser',
    summary: 'Change a user',
    description:
      'Changes the properties in the body and leaves the others as they are (JSON Merge Patch, RFC 7396). A user who can sign in can be changed only by themselves.',
  })
  @ApiPreconditions()
  @HonoursPrefer()
  @ApiResponse({
    status: 200,
    description: 'The user as changed.',
    type: User,
    headers: pickHeaders('ETag'),
  })
  @ApiProblems(...WRITE_PROBLEMS, ...BODY_PROBLEMS, NOT_FOUND, 'precondition-failed', {
    forbidden: 'This user can sign in, and only they may change it.',
  })
  async update(
    @IdParam('user') id: string,
    @Body() changes: UpdateUserBody,
    @IfMatch() precondition: Precondition,
    @OptionalCaller() caller: Caller | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<User> {
    const user = await this.commands.execute(
      new UpdateUser(id, changes, precondition, caller?.userId),
    );
    return represent(response, user);
  }

  @Delete(':id')
  @Audited('removal', pathParameter('id'))
  @HttpCode(204)
  @ApiOperation({
    operationId: 'removeUser',
    summary: 'Remove a user',
    description:
      'Removes a user who cannot sign in. All others delete their own account with `DELETE /api/me`.',
  })
  @ApiPreconditions()
  @ApiResponse({
    status: 204,
    description: 'The user was removed.',
  })
  @ApiProblems(...WRITE_PROBLEMS, NOT_FOUND, 'precondition-failed', {
    conflict: 'This user can sign in. Only they can delete their account, with DELETE /api/me.',
  })
  remove(@IdParam('user') id: string, @IfMatch() precondition: Precondition): Promise<void> {
    return this.commands.execute(new RemoveUser(id, precondition));
  }
}

import { type OpenedStream, Streams } from '@carillon/nestjs';
import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DocumentedStream } from '../events/documented-stream.js';
import { EventStream } from '../events/event-stream.js';
import { StreamQuery } from '../events/stream-query.js';
import { Audited, pathParameter } from '../http/audited.js';
import {
  ApiIdempotencyKey,
  ApiPreconditions,
  ApiProblems,
  KEY_PROBLEMS,
  location,
  linkToPages,
  pickHeaders,
  WRITE_PROBLEMS,
} from '../http/documented.js';
import { Directory } from '../http/caller.js';
import { EXAMPLE_ID } from '../http/described-properties.js';
import { ReadsAgain } from '../http/idempotency.js';
import { IdParam } from '../http/ids.js';
import { answerPage, keysetOf, WORD_KEYS } from '../http/paging.js';
import { IfMatch, Precondition } from '../http/preconditions.js';
import { represent } from '../http/representations.js';
import { HonoursPrefer } from '../http/return-preference.js';
import { AnyInput } from '../http/strict-input.js';
import { CreateUser } from './create-user.js';
import { GetUser } from './get-user.js';
import { ListUsers } from './list-users.js';
import { RemoveUser } from './remove-user.js';
import { CreateUserBody } from './user-bodies.js';
import { User } from './user.js';
import { UsersQuery } from './users-query.js';
import { userDirectory } from './users.stream.js';

const NOT_FOUND = { 'not-found': `There is no user with the id ${EXAMPLE_ID}.` };

/** Lists, creates and removes users, and streams the changes. Absent if nobody sees the directory. */
@ApiTags('Users')
@Directory()
@Controller('api/users')
export class DirectoryController {
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
    description: 'Creates a user of the directory who cannot sign in.',
  })
  @ApiIdempotencyKey()
  @HonoursPrefer()
  @ApiResponse({
    status: 201,
    description: 'The user was created.',
    type: User,
    headers: { ...location('the user', `/api/users/${EXAMPLE_ID}`), ...pickHeaders('ETag') },
  })
  @ApiProblems(...WRITE_PROBLEMS, ...KEY_PROBLEMS, NOT_FOUND)
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
      'Returns one page of the directory, or of the users whom `q` finds, an exact match of its longest word first. A page of a search may have fewer entries than `limit` although more follow: follow `Link: rel="next"`. Open `GET /api/users/event` with the `Last-Event-ID` of the first page to miss nothing; the stream may deliver changes that later pages already contain.',
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
    const keys = query.q === undefined ? undefined : WORD_KEYS;
    const list = new ListUsers(keysetOf(response.req, query, keys));
    return answerPage(response, query, await this.queries.execute(list));
  }

  /** Streams the changes of the directory. */
  @EventStream('event')
  @DocumentedStream({
    operationId: 'subscribeToUsers',
    summary: 'Follow the user directory',
  })
  subscribe(@Query() _query: StreamQuery, @Req() request: Request): OpenedStream {
    return this.streams.open(userDirectory, request);
  }

  @All('event')
  @AnyInput()
  @ApiExcludeEndpoint()
  otherMethodsOfTheStream(): never {
    throw new NotFoundException();
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

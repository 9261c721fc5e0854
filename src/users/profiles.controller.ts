import { Body, Controller, Get, Patch, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiPreconditions, ApiProblems, pickHeaders, WRITE_PROBLEMS } from '../http/documented.js';
import { type UserCaller, Directory, OptionalUser } from '../http/caller.js';
import { EXAMPLE_ID } from '../http/described-properties.js';
import { IdParam } from '../http/ids.js';
import { IfMatch, Precondition } from '../http/preconditions.js';
import { represent } from '../http/representations.js';
import { HonoursPrefer } from '../http/return-preference.js';
import { GetUser } from './get-user.js';
import { UpdateUser } from './update-user.js';
import { UpdateUserBody } from './user-bodies.js';
import { User } from './user.js';

const NOT_FOUND = { 'not-found': `There is no user with the id ${EXAMPLE_ID}.` };

/** Single users, by id. */
@ApiTags('Users')
@Directory()
@Controller('api/users')
export class ProfilesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

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
  @ApiProblems(...WRITE_PROBLEMS, NOT_FOUND, 'precondition-failed', {
    forbidden: 'This user can sign in, and only they may change it.',
  })
  async update(
    @IdParam('user') id: string,
    @Body() changes: UpdateUserBody,
    @IfMatch() precondition: Precondition,
    @OptionalUser() caller: UserCaller | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<User> {
    const user = await this.commands.execute(
      new UpdateUser(id, changes, precondition, caller?.userId),
    );
    return represent(response, user);
  }
}

import { Body, Controller, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Anyone } from '../http/caller.js';
import { ApiPrefer, ApiProblems, pickHeaders } from '../http/documented.js';
import { Secret } from '../http/idempotency.js';
import { represent } from '../http/representations.js';
import { User } from '../users/user.js';
import { CreateAccountBody } from './account-bodies.js';
import { CreateAccount } from './create-account.js';
import { Passwords } from './passwords.js';

@ApiTags('Accounts')
@Controller('api/accounts')
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly passwords: Passwords,
  ) {}

  @Post()
  @Anyone()
  @ApiOperation({
    operationId: 'createAccount',
    summary: 'Sign up',
    description: 'Makes a user who can sign in. It does not sign them in: see `POST /api/session`.',
  })
  @Secret()
  @ApiPrefer()
  @ApiResponse({
    status: 201,
    description: 'The user, stored.',
    type: User,
    headers: pickHeaders('Location', 'ETag', 'X-Request-Id'),
  })
  @ApiProblems(
    'malformed-request',
    'cross-site-request',
    'conflict',
    'content-too-large',
    'unsupported-media-type',
    'validation-failed',
    'too-many-requests',
  )
  async create(
    @Body() { username, password, firstname = username, lastname = '' }: CreateAccountBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<User | undefined> {
    const hash = await this.passwords.hash(password);
    const user = await this.commands.execute(
      new CreateAccount(username, hash, firstname, lastname),
    );
    response.location(`/api/users/${user.id}`);
    return represent(response, user);
  }
}

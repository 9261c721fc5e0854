import { Body, Controller, Header, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Config } from '../config.js';
import { Audited, caller } from '../http/audited.js';
import { type UserCaller, CurrentUser, SignUp } from '../http/caller.js';
import { EXAMPLE_ID } from '../http/described-properties.js';
import { ApiProblems, location, pickHeaders, WRITE_PROBLEMS } from '../http/documented.js';
import { Secret } from '../http/idempotency.js';
import { invalidProperty } from '../http/problems.js';
import { represent } from '../http/representations.js';
import { HonoursPrefer } from '../http/return-preference.js';
import { GetUser } from '../users/get-user.js';
import { User } from '../users/user.js';
import { ChangePasswordBody, CreateAccountBody } from './account-bodies.js';
import { ChangePassword } from './change-password.js';
import { CreateAccount } from './create-account.js';
import { passwordMistake } from './password-rules.js';
import { Passwords } from './passwords.js';
import { SignIn } from './sign-in.js';
import { SignInLimiter } from './sign-in-limiter.js';
import { sourceOf } from './sign-in-source.js';
import { clientOf, SignedIn, signedIn } from './signed-in.js';

@ApiTags('Accounts')
@Controller('api')
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly passwords: Passwords,
    private readonly signIn: SignIn,
    private readonly limiter: SignInLimiter,
    private readonly config: Config,
  ) {}

  @Post('accounts')
  @SignUp()
  @Header('Cache-Control', 'no-store')
  @Audited('sign-up', (_request, result) => (result as User | undefined)?.id)
  @ApiOperation({
    operationId: 'createAccount',
    summary: 'Sign up',
    description:
      'Creates a user who can sign in, but does not sign them in: see `POST /api/session`. Unless sign-up is open, only a signed-in user with a password may create one.',
  })
  @Secret()
  @HonoursPrefer()
  @ApiResponse({
    status: 201,
    description: 'The account was created.',
    type: User,
    headers: { ...location('the user', `/api/users/${EXAMPLE_ID}`), ...pickHeaders('ETag') },
  })
  @ApiProblems(...WRITE_PROBLEMS, {
    forbidden: 'Only users with a password here create accounts for others.',
    conflict: 'The username ada is taken. Choose another one.',
  })
  async create(
    @Body() { username, password, firstname = username, lastname = '' }: CreateAccountBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<User> {
    const source = sourceOf(request);
    this.limiter.countSignUp(source);
    const share = { network: source.network, account: username };
    const hash = await this.passwords.hash(password, share);
    const user = await this.commands.execute(
      new CreateAccount(username, hash, firstname, lastname),
    );
    if (this.config.FEATURES.includes('users')) response.location(`/api/users/${user.id}`);
    return represent(response, user);
  }

  @Put('me/password')
  @Audited('password-change', caller)
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change my password',
    description:
      'Ends all sessions of the caller and their streams. The response carries a new session for this client.',
  })
  @ApiResponse({
    status: 200,
    description: 'The password was changed. The new session is in the cookie and in the body.',
    type: SignedIn,
    headers: pickHeaders('Set-Cookie'),
  })
  @ApiProblems(...WRITE_PROBLEMS, {
    forbidden: 'The current password is wrong.',
    conflict: 'You have no password here: another issuer signs you in.',
  })
  async changePassword(
    @Body() { current, password }: ChangePasswordBody,
    @CurrentUser() { userId }: UserCaller,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SignedIn> {
    const user = await this.queries.execute(new GetUser(userId));
    const mistake = passwordMistake(password, user.username);
    if (mistake) throw invalidProperty('password', mistake);
    const source = sourceOf(request);
    const confirmed = await this.signIn.confirm(userId, current, source);
    const share = { network: source.network, account: userId };
    const hash = await this.passwords.hash(password, share);
    const command = new ChangePassword(userId, hash, confirmed, clientOf(request));
    return signedIn(response, (await this.commands.execute(command))!, user);
  }
}

import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Audited } from '../http/audited.js';
import { Anyone } from '../http/caller.js';
import { ApiProblems, pickHeaders, WRITE_PROBLEMS } from '../http/documented.js';
import { Secret } from '../http/idempotency.js';
import { SecurityLog } from '../http/security-log.js';
import { GetUser } from '../users/get-user.js';
import { SignInBody } from './account-bodies.js';
import { Authentication } from './authentication.js';
import type { StartedSession } from './sessions.js';
import { SignIn } from './sign-in.js';
import { newDevice, setDeviceCookie, sourceOf } from './sign-in-source.js';
import { clientOf, SignedIn, signedIn } from './signed-in.js';
import { StartSession } from './start-session.js';

/** Sign-in with a password. */
@ApiTags('Accounts')
@Controller('api')
export class SignInController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly signIn: SignIn,
    private readonly authentication: Authentication,
    private readonly log: SecurityLog,
  ) {}

  @Post('session')
  @Audited('sign-in', (_request, result) => (result as SignedIn | undefined)?.user.id)
  @Anyone()
  @Secret()
  @ApiOperation({
    operationId: 'signIn',
    summary: 'Sign in',
    description:
      'Starts a session, and ends the one that the request came with, if any. The session is in the response as a cookie for browsers and as a token for other clients.',
  })
  @ApiResponse({
    status: 201,
    description:
      'Signed in. The cookie is `__Host-carillon_session` (`carillon_session` on localhost over plain HTTP); the token is in the body.',
    type: SignedIn,
    headers: pickHeaders('Set-Cookie'),
  })
  @ApiProblems(...WRITE_PROBLEMS, {
    unauthenticated: 'The username or the password is wrong.',
  })
  async start(
    @Body() { username, password }: SignInBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SignedIn> {
    const { network, device = newDevice() } = sourceOf(request);
    const { userId, hash } = await this.signIn.verify(username, password, { network, device });
    const replaced = this.authentication.sessionTokensOf(request);
    const started = await this.commands.execute(
      new StartSession(userId, hash, clientOf(request), replaced),
    );
    this.#recordEnded(started, userId, request);
    const user = await this.queries.execute(new GetUser(userId));
    const answer = signedIn(response, started, user);
    setDeviceCookie(response, device);
    return answer;
  }

  #recordEnded({ endedIds }: StartedSession, actor: string, request: Request): void {
    const details = { reason: 'replaced' };
    for (const target of endedIds)
      this.log.record(
        { action: 'session-end', outcome: 'success', actor, target, details },
        request,
      );
  }
}

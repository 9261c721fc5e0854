import { Body, Controller, Delete, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Request, Response } from 'express';
import { Audited, caller, pathParameter } from '../http/audited.js';
import { Anyone, type Caller, CurrentCaller, unauthenticated } from '../http/caller.js';
import { ApiProblems, pickHeaders } from '../http/documented.js';
import { IdParam } from '../http/ids.js';
import { Secret } from '../http/idempotency.js';
import { answerPage, keysetOf, KeysetQuery } from '../http/paging.js';
import { Problem } from '../http/problems.js';
import { SecurityLog } from '../http/security-log.js';
import { GetUser } from '../users/get-user.js';
import { User } from '../users/user.js';
import { SignInBody } from './account-bodies.js';
import { Authentication } from './authentication.js';
import { EndSession } from './end-session.js';
import { EndSessions } from './end-sessions.js';
import { GetSession } from './get-session.js';
import { ListSessions } from './list-sessions.js';
import { clearSessionCookie } from './session-cookie.js';
import { OwnSession, Session } from './session.js';
import type { StartedSession } from './sessions.js';
import { SignIn } from './sign-in.js';
import { newDevice, setDeviceCookie, sourceOf } from './sign-in-source.js';
import { clientOf, SignedIn, signedIn } from './signed-in.js';
import { StartSession } from './start-session.js';

class EndSessionsQuery {
  @ApiPropertyOptional({
    description: 'Keeps the session of this request.',
    enum: ['current'],
  })
  @IsOptional()
  @IsIn(['current'], { message: 'must be current' })
  except?: 'current';
}

class WhoIsThere {
  @ApiProperty({
    type: Session,
    nullable: true,
    description: '`null` where a token of another issuer speaks for the caller.',
  })
  readonly session!: Session | null;

  @ApiProperty({ type: User })
  readonly user!: User;
}

@ApiTags('Accounts')
@Controller('api')
export class SessionsController {
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
    description: 'Ends the session that the request came with, if any.',
  })
  @ApiResponse({
    status: 201,
    description:
      'Signed in: with the cookie `__Host-carillon_session` (`carillon_session` over plain HTTP on this machine), and with the token in the body.',
    type: SignedIn,
    headers: pickHeaders('Set-Cookie', 'X-Request-Id'),
  })
  @ApiProblems(
    'malformed-request',
    'unauthenticated',
    'cross-site-request',
    'content-too-large',
    'unsupported-media-type',
    'validation-failed',
    'too-many-requests',
  )
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

  @Get('session')
  @ApiOperation({ operationId: 'whoAmI', summary: 'Who is signed in?' })
  @ApiResponse({ status: 200, description: 'The caller.', type: WhoIsThere })
  @ApiProblems('unauthenticated')
  async current(@CurrentCaller() { userId, sessionId }: Caller): Promise<WhoIsThere> {
    const session =
      sessionId === null ? null : await this.queries.execute(new GetSession(userId, sessionId));
    // It may have ended since the guard has seen it.
    if (session === undefined) throw unauthenticated();
    return { session, user: await this.queries.execute(new GetUser(userId)) };
  }

  @Delete('session')
  @Audited('session-end', ({ caller }) => caller?.sessionId ?? undefined)
  @HttpCode(204)
  @ApiOperation({ operationId: 'signOut', summary: 'Sign out', description: 'Ends its streams.' })
  @ApiResponse({ status: 204, description: 'Signed out.', headers: pickHeaders('Set-Cookie') })
  @ApiProblems('unauthenticated', 'cross-site-request', 'conflict', 'too-many-requests')
  async end(
    @CurrentCaller() { userId, sessionId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    if (sessionId === null)
      throw new Problem('conflict', 'The token is of another issuer, and has to be ended there.');
    await this.commands.execute(new EndSession(userId, sessionId));
    clearSessionCookie(response);
  }

  @Get('sessions')
  @ApiOperation({ operationId: 'listSessions', summary: 'Where am I signed in?' })
  @ApiResponse({
    status: 200,
    description: "The caller's sessions, the newest first.",
    type: [OwnSession],
    headers: pickHeaders('Last-Event-ID', 'Link', 'X-Request-Id'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async list(
    @Query() query: KeysetQuery,
    @CurrentCaller() { userId, sessionId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly OwnSession[]> {
    const list = new ListSessions(userId, keysetOf(response.req, query));
    const sessions = answerPage(response, query, await this.queries.execute(list));
    // They were read for this answer alone.
    return sessions.map((session) => Object.assign(session, { current: session.id === sessionId }));
  }

  @Delete('sessions')
  @Audited('session-end', caller)
  @HttpCode(204)
  @ApiOperation({
    operationId: 'signOutEverywhere',
    summary: 'Sign all clients out, or all others with `?except=current`',
    description: 'Their tokens become invalid and their streams end, on every node.',
  })
  @ApiResponse({ status: 204, description: 'Signed out.', headers: pickHeaders('Set-Cookie') })
  @ApiProblems('invalid-parameter', 'unauthenticated', 'cross-site-request', 'too-many-requests')
  async endAll(
    @Query() { except }: EndSessionsQuery,
    @CurrentCaller() { userId, sessionId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const kept = except === 'current' ? sessionId : null;
    await this.commands.execute(new EndSessions(userId, kept ?? undefined));
    if (kept === null) clearSessionCookie(response);
  }

  @Delete('sessions/:id')
  @Audited('session-end', pathParameter('id'))
  @HttpCode(204)
  @ApiOperation({
    operationId: 'revokeSession',
    summary: 'Sign a client out',
    description: 'Its token becomes invalid and its streams end, on every node.',
  })
  @ApiResponse({ status: 204, description: 'It is signed out.' })
  @ApiProblems('unauthenticated', 'cross-site-request', 'not-found', 'too-many-requests')
  revoke(@CurrentCaller() { userId }: Caller, @IdParam() id: string): Promise<void> {
    return this.commands.execute(new EndSession(userId, id));
  }
}

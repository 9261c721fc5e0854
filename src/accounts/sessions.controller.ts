import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Audited, pathParameter } from '../http/audited.js';
import { Anyone, type Caller, CurrentCaller } from '../http/caller.js';
import { ApiProblems, pickHeaders } from '../http/documented.js';
import { IdParam } from '../http/ids.js';
import { Secret } from '../http/idempotency.js';
import { Problem } from '../http/problems.js';
import { GetUser } from '../users/get-user.js';
import { User } from '../users/user.js';
import { SignInBody } from './account-bodies.js';
import { EndSession } from './end-session.js';
import { ListSessions } from './list-sessions.js';
import { clearSessionCookie, setSessionCookie } from './session-cookie.js';
import { OwnSession, Session } from './session.js';
import { SignIn } from './sign-in.js';
import { newDevice, setDeviceCookie, sourceOf } from './sign-in-source.js';
import { StartSession } from './start-session.js';

/** Characters of what a client calls itself that are kept. */
const LONGEST_CLIENT = 200;

class SignedIn {
  @ApiProperty({
    description: 'For clients without cookies: send it as `Authorization: Bearer`. Told once.',
    example: 'carillon_5sV2bV0mM7k1l6nGQZ0m0x2J8m0Qq8d1o9e3r7t5y1A',
  })
  readonly token!: string;

  @ApiProperty({ type: Session })
  readonly session!: Session;

  @ApiProperty({ type: User })
  readonly user!: User;
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
  ) {}

  @Post('session')
  @Audited('sign-in', (_request, result) => (result as SignedIn | undefined)?.user.id)
  @Anyone()
  @Secret()
  @ApiOperation({ operationId: 'signIn', summary: 'Sign in' })
  @ApiResponse({
    status: 201,
    description: 'Signed in: with the cookie `carillon_session`, and with the token in the body.',
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
    const client = (request.get('User-Agent') ?? '').slice(0, LONGEST_CLIENT);
    const { token, session } = await this.commands.execute(new StartSession(userId, hash, client));
    setSessionCookie(response, token, session.expiresAt);
    setDeviceCookie(response, device);
    response.set('Cache-Control', 'no-store');
    return { token, session, user: await this.queries.execute(new GetUser(userId)) };
  }

  @Get('session')
  @ApiOperation({ operationId: 'whoAmI', summary: 'Who is signed in?' })
  @ApiResponse({ status: 200, description: 'The caller.', type: WhoIsThere })
  @ApiProblems('unauthenticated')
  async current(@CurrentCaller() { userId, sessionId }: Caller): Promise<WhoIsThere> {
    const { sessions } = await this.queries.execute(new ListSessions(userId));
    const session = sessions.find(({ id }) => id === sessionId) ?? null;
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
    headers: pickHeaders('Last-Event-ID', 'X-Request-Id'),
  })
  @ApiProblems('unauthenticated')
  async list(
    @CurrentCaller() { userId, sessionId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly OwnSession[]> {
    const { sessions, cursor } = await this.queries.execute(new ListSessions(userId));
    response.set('Last-Event-ID', cursor);
    // They were read for this answer alone.
    return sessions.map((session) => Object.assign(session, { current: session.id === sessionId }));
  }

  @Delete('sessions/:id')
  @Audited('session-end', pathParameter('id'))
  @HttpCode(204)
  @ApiOperation({
    operationId: 'revokeSession',
    summary: 'Sign a client out',
    description: 'Its token is of no use any more, and its streams end, on every node.',
  })
  @ApiResponse({ status: 204, description: 'It is signed out.' })
  @ApiProblems('unauthenticated', 'cross-site-request', 'not-found', 'too-many-requests')
  revoke(@CurrentCaller() { userId }: Caller, @IdParam() id: string): Promise<void> {
    return this.commands.execute(new EndSession(userId, id));
  }
}

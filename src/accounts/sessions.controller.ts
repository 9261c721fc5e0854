import { Controller, Delete, Get, HttpCode, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  ApiSchema,
  ApiTags,
} from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Response } from 'express';
import { Audited, caller, pathParameter } from '../http/audited.js';
import { type UserCaller, CurrentUser, unauthenticated } from '../http/caller.js';
import { EXAMPLE_ID } from '../http/described-properties.js';
import { ApiProblems, linkToPages, pickHeaders, WRITE_PROBLEMS } from '../http/documented.js';
import { IdParam } from '../http/ids.js';
import { answerPage, keysetOf, KeysetQuery } from '../http/paging.js';
import { Problem } from '../http/problems.js';
import { GetUser } from '../users/get-user.js';
import { User } from '../users/user.js';
import { EndSession } from './end-session.js';
import { EndSessions } from './end-sessions.js';
import { GetSession } from './get-session.js';
import { ListSessions } from './list-sessions.js';
import { clearSessionCookie } from './session-cookie.js';
import { OwnSession, Session } from './session.js';

class EndSessionsQuery {
  @ApiPropertyOptional({
    description: '`current` keeps the session of this request.',
    enum: ['current'],
  })
  @IsOptional()
  @IsIn(['current'], { message: 'must be current' })
  except?: 'current';
}

@ApiSchema({ description: 'The caller and their session.' })
class CurrentSession {
  @ApiProperty({
    type: Session,
    nullable: true,
    description: 'The session of this request; `null` if it came with a token of another issuer.',
  })
  readonly session!: Session | null;

  @ApiProperty({ type: User, description: 'The caller.' })
  readonly user!: User;
}

@ApiTags('Accounts')
@Controller('api')
export class SessionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('session')
  @ApiOperation({
    operationId: 'whoAmI',
    summary: 'Get my session',
    description: 'Returns the signed-in user and their session.',
  })
  @ApiResponse({ status: 200, description: 'The caller and their session.', type: CurrentSession })
  @ApiProblems('unauthenticated')
  async current(@CurrentUser() { userId, sessionId }: UserCaller): Promise<CurrentSession> {
    const session =
      sessionId === null ? null : await this.queries.execute(new GetSession(userId, sessionId));
    // It may have ended since the guard has seen it.
    if (session === undefined) throw unauthenticated();
    return { session, user: await this.queries.execute(new GetUser(userId)) };
  }

  @Delete('session')
  @Audited('session-end', ({ caller }) => caller?.sessionId ?? undefined)
  @HttpCode(204)
  @ApiOperation({
    operationId: 'signOut',
    summary: 'Sign out',
    description: 'Ends the session of this request and its streams.',
  })
  @ApiResponse({ status: 204, description: 'Signed out.', headers: pickHeaders('Set-Cookie') })
  @ApiProblems(...WRITE_PROBLEMS, {
    conflict: 'You are signed in with a token of an external issuer. Sign out there.',
  })
  async end(
    @CurrentUser() { userId, sessionId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    if (sessionId === null)
      throw new Problem(
        'conflict',
        'You are signed in with a token of an external issuer. Sign out there.',
      );
    await this.commands.execute(new EndSession(userId, sessionId));
    clearSessionCookie(response);
  }

  @Get('sessions')
  @ApiOperation({
    operationId: 'listSessions',
    summary: 'List my sessions',
    description: 'Returns one page of the sessions in which the caller is signed in.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of sessions, the newest first.',
    type: [OwnSession],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async list(
    @Query() query: KeysetQuery,
    @CurrentUser() { userId, sessionId }: UserCaller,
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
    summary: 'Sign out everywhere',
    description:
      'Ends all sessions of the caller, or all others with `except=current`. Their tokens become invalid and their streams end, on every node.',
  })
  @ApiResponse({
    status: 204,
    description: 'The sessions were ended.',
    headers: pickHeaders('Set-Cookie'),
  })
  @ApiProblems(...WRITE_PROBLEMS, 'invalid-parameter')
  async endAll(
    @Query() { except }: EndSessionsQuery,
    @CurrentUser() { userId, sessionId }: UserCaller,
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
    summary: 'End a session',
    description: 'The token of the session becomes invalid and its streams end, on every node.',
  })
  @ApiResponse({ status: 204, description: 'The session was ended.' })
  @ApiProblems(...WRITE_PROBLEMS, {
    'not-found': `You have no session with the id ${EXAMPLE_ID}.`,
  })
  revoke(@CurrentUser() { userId }: UserCaller, @IdParam('session') id: string): Promise<void> {
    return this.commands.execute(new EndSession(userId, id));
  }
}

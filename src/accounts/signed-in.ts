import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { User } from '../users/user.js';
import { Session } from './session.js';
import { setSessionCookie } from './session-cookie.js';
import type { StartedSession } from './sessions.js';

/** Characters of the client's name that are stored. */
const MAX_CLIENT_LENGTH = 200;

/** A new session, with its token. */
@ApiSchema({ description: 'A new session and its token.' })
export class SignedIn {
  @ApiProperty({
    description:
      'The token of the session, for clients without cookies: send it as `Authorization: Bearer`. It is not shown again.',
    pattern: '^carillon_[A-Za-z0-9_-]{43}$',
    example: 'carillon_5sV2bV0mM7k1l6nGQZ0m0x2J8m0Qq8d1o9e3r7t5y1A',
  })
  readonly token!: string;

  @ApiProperty({ type: Session, description: 'The new session.' })
  readonly session!: Session;

  @ApiProperty({ type: User, description: 'The user who signed in.' })
  readonly user!: User;
}

/** Sends a new session: in a cookie to browsers, in the body to other clients. */
export function signedIn(
  response: Response,
  { token, session }: StartedSession,
  user: User,
): SignedIn {
  setSessionCookie(response, token, session.expiresAt);
  response.set('Cache-Control', 'no-store');
  return { token, session, user };
}

/** The name of the client. */
export const clientOf = (request: Request): string =>
  (request.get('User-Agent') ?? '').slice(0, MAX_CLIENT_LENGTH);

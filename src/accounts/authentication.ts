import { Injectable, Logger } from '@nestjs/common';
import { parseCookie } from 'cookie';
import type { Request } from 'express';
import { Database } from '../database/database.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Caller } from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { AccountsRepository, type SessionOfUser } from './accounts.repository.js';
import { Issuer } from './issuer.js';
import { SESSION_COOKIE } from './session-cookie.js';
import { hashOf, isOwnToken } from './tokens.js';

/** Milliseconds after which it is stored anew when a session was last used. */
const TOUCHED_AGAIN = 60_000;

/** A token, and how it came: in the header `Authorization` (RFC 6750, 2.1), or else in the cookie. */
export interface Credentials {
  readonly token: string;
  readonly isCookie: boolean;
}

/** Finds out who sends a request. */
@Injectable()
export class Authentication {
  readonly #logger = new Logger(Authentication.name);

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly accounts: AccountsRepository,
    private readonly issuer: Issuer,
  ) {}

  /** @throws Problem `unauthenticated`: the header is there, and is no bearer token. */
  credentialsOf(request: Request): Credentials | undefined {
    const header = request.get('Authorization');
    if (header !== undefined) {
      const [, token] = /^Bearer +([\w.~+/=-]+) *$/i.exec(header) ?? [];
      if (token) return { token, isCookie: false };
      throw new Problem('unauthenticated', 'Authorization must be Bearer and a token.');
    }
    const cookie = request.headers.cookie && parseCookie(request.headers.cookie)[SESSION_COOKIE];
    return cookie ? { token: cookie, isCookie: true } : undefined;
  }

  /** @throws Problem `unauthenticated`: the token is unknown, over, or revoked. */
  async callerOf({ token }: Credentials): Promise<Caller> {
    if (!isOwnToken(token)) return this.issuer.callerOf(token);
    const found = await this.accounts.findSessionByToken(this.database.read, hashOf(token));
    const expiresAt = Date.parse(found?.session.expiresAt ?? '');
    if (!found || expiresAt <= Date.now())
      throw new Problem('unauthenticated', 'You are signed out. Sign in again.');
    this.#touch(found);
    return { userId: found.userId, sessionId: found.session.id, expiresAt };
  }

  /** Beside the request: it does not wait for that, and does not fail with it. */
  #touch({ session }: SessionOfUser): void {
    const now = Date.now();
    if (now - Date.parse(session.lastUsedAt) < TOUCHED_AGAIN) return;
    this.work
      .run(({ db }) => this.accounts.touchSession(db, session.id, new Date(now).toISOString()))
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'A session was not updated.'));
  }
}

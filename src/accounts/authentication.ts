import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Caller } from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { AccountsRepository, type SessionOfUser } from './accounts.repository.js';
import { Issuer } from './issuer.js';
import { type Ends, endsOf, type Session } from './session.js';
import { sessionCookiesIn } from './session-cookie.js';
import { hashOf, isOwnToken } from './tokens.js';

/** Milliseconds after which it is stored anew when a session was last used. */
const TOUCHED_AGAIN = 60_000;
/** Different session cookies in one request that are looked at. */
const MOST_COOKIES = 4;

/** What a request came with: a token in the header `Authorization` (RFC 6750, 2.1), or else the session cookies. */
export type Credentials =
  | { readonly token: string; readonly cookies?: never }
  | { readonly cookies: readonly string[]; readonly token?: never };

/** Identifies the caller of a request. */
@Injectable()
export class Authentication {
  readonly #logger = new Logger(Authentication.name);

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly accounts: AccountsRepository,
    private readonly issuer: Issuer,
    private readonly config: Config,
  ) {}

  /** @throws Problem `unauthenticated`: the header is there, and is no bearer token. */
  credentialsOf(request: Request): Credentials | undefined {
    const header = request.get('Authorization');
    if (header !== undefined) {
      const token = bearerIn(header);
      if (token) return { token };
      throw new Problem('unauthenticated', 'Authorization must be Bearer and a token.');
    }
    const cookies = sessionCookiesIn(request);
    return cookies.length > 0 ? { cookies } : undefined;
  }

  /** The session tokens that a request came with, whatever they are worth. */
  sessionTokensOf(request: Request): readonly string[] {
    const token = bearerIn(request.get('Authorization') ?? '');
    const tokens = [...(token ? [token] : []), ...sessionCookiesIn(request)];
    return tokens.filter(isOwnToken).slice(0, MOST_COOKIES);
  }

  /**
   * @throws Problem `unauthenticated`: the token is unknown, over, or revoked, or cookies of several sessions leave open
   *   whose request it is; `unavailable`: the issuer of the token cannot be asked now.
   */
  async callerOf({ token, cookies }: Credentials): Promise<Caller> {
    if (token !== undefined && !isOwnToken(token)) return this.issuer.callerOf(token);
    const found = await this.#sessionsOf(token === undefined ? cookies : [token]);
    if (found.length > 1)
      throw new Problem(
        'unauthenticated',
        'The request has cookies of several sessions. Sign in again to end all of them.',
      );
    const [current] = found;
    if (!current) throw new Problem('unauthenticated', 'You are signed out. Sign in again.');
    this.#touch(current);
    const { userId, session } = current;
    return { userId, sessionId: session.id, expiresAt: this.#streamsEnd(session) };
  }

  /** Those that are not over. */
  async #sessionsOf(tokens: readonly string[]): Promise<SessionOfUser[]> {
    const own = tokens.filter(isOwnToken).slice(0, MOST_COOKIES + 1);
    if (own.length > MOST_COOKIES)
      throw new Problem('unauthenticated', 'The request has too many session cookies.');
    const hashes = own.map(hashOf);
    const ends = endsOf(Date.now(), this.config.SESSION_IDLE);
    const found = await Promise.all(
      hashes.map((hash) => this.accounts.findSessionByToken(this.database.read, hash)),
    );
    return found.filter(
      (one) => one !== undefined && !isOver(one.session, ends),
    ) as SessionOfUser[];
  }

  /** Half the time for which it may go unused: clients with a stream come back in time, which counts as use. */
  #streamsEnd({ expiresAt }: Session): number {
    const { SESSION_IDLE } = this.config;
    const comesBack = SESSION_IDLE === 0 ? Infinity : Date.now() + SESSION_IDLE / 2;
    return Math.min(Date.parse(expiresAt), comesBack);
  }

  /** Beside the request: it does not wait for that, and does not fail with it. */
  #touch({ session }: SessionOfUser): void {
    const { SESSION_IDLE } = this.config;
    const pause = SESSION_IDLE === 0 ? TOUCHED_AGAIN : Math.min(TOUCHED_AGAIN, SESSION_IDLE / 4);
    const now = Date.now();
    if (now - Date.parse(session.lastUsedAt) < pause) return;
    this.work
      .run(({ db }) => this.accounts.touchSession(db, session.id, new Date(now).toISOString()))
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'A session was not updated.'));
  }
}

const bearerIn = (header: string): string | undefined =>
  /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];

const isOver = ({ expiresAt, lastUsedAt }: Session, { now, unused }: Ends): boolean =>
  expiresAt <= now || lastUsedAt <= unused;

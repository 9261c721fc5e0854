import { Database, UnitOfWork } from '@carillon/nestjs';
import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import { Config } from '../config.js';
import { isKeySecret } from '../events/keys/key.js';
import { KeyAuthentication } from '../events/keys/key-authentication.js';
import { Problem } from '../http/problems.js';
import { AccountsRepository, type SessionOfUser } from './accounts.repository.js';
import { Issuer } from './issuer.js';
import { type Ends, endsOf, type Session } from './session.js';
import { sessionCookiesIn } from './session-cookie.js';
import { hashOf, isOwnToken } from './tokens.js';
import { UserGrants } from './user-grants.js';
import type { Caller } from '../http/caller.js';

/** Milliseconds after which the time of the last use is stored again. */
const TOUCHED_AGAIN = 60_000;
/** The maximum number of different session cookies in one request. */
const MAX_COOKIES = 4;

/** The credentials of a request: a token in the header `Authorization` (RFC 6750, 2.1), or else the session cookies. */
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
    private readonly keys: KeyAuthentication,
    private readonly grants: UserGrants,
    private readonly config: Config,
  ) {}

  /** @throws Problem `unauthenticated`: the header is not a bearer token. */
  credentialsOf(request: Request): Credentials | undefined {
    const header = request.get('Authorization');
    if (header !== undefined) {
      const token = bearerIn(header);
      if (token) return { token };
      throw new Problem(
        'unauthenticated',
        'The Authorization header must be Bearer followed by a token.',
      );
    }
    const cookies = sessionCookiesIn(request);
    return cookies.length > 0 ? { cookies } : undefined;
  }

  /** The session tokens of a request, valid or not. */
  sessionTokensOf(request: Request): readonly string[] {
    const token = bearerIn(request.get('Authorization') ?? '');
    const tokens = [...(token ? [token] : []), ...sessionCookiesIn(request)];
    return tokens.filter(isOwnToken).slice(0, MAX_COOKIES);
  }

  /**
   * @throws Problem `unauthenticated`: the token is unknown, over, or revoked, or cookies of several sessions leave open
   *   whose request it is; `unavailable`: the issuer of the token cannot be asked now.
   */
  async callerOf({ token, cookies }: Credentials): Promise<Caller> {
    if (token !== undefined && isKeySecret(token)) return this.keys.callerOf(token);
    if (token !== undefined && !isOwnToken(token)) return this.issuer.callerOf(token);
    const [only, ...others] = cookies ?? [];
    if (only !== undefined && others.length === 0 && this.#isOfIssuer(only))
      return this.issuer.callerOf(only);
    if (!this.config.PASSWORDS) throw noSessions(this.config);
    const found = await this.#sessionsOf(token === undefined ? cookies : [token]);
    if (found.length > 1)
      throw new Problem(
        'unauthenticated',
        'The request has cookies of several sessions. Sign in again to end them.',
      );
    const [current] = found;
    if (!current) throw new Problem('unauthenticated', 'Your session has ended. Sign in again.');
    this.#touch(current);
    const { userId, session } = current;
    return {
      kind: 'user',
      id: userId,
      userId,
      sessionId: session.id,
      expiresAt: this.#streamsEnd(session),
      grants: await this.grants.of({ userId }),
    };
  }

  /** An EventSource sends no header, so the page of an organisation can set a cookie with a token of its issuer. */
  #isOfIssuer(cookie: string): boolean {
    return this.config.AUTH_ISSUER !== '' && !isOwnToken(cookie);
  }

  /** The sessions that are active. */
  async #sessionsOf(tokens: readonly string[]): Promise<SessionOfUser[]> {
    const own = tokens.filter(isOwnToken).slice(0, MAX_COOKIES + 1);
    if (own.length > MAX_COOKIES)
      throw new Problem(
        'unauthenticated',
        'The request has too many session cookies. Delete the cookies of this site and sign in again.',
      );
    const hashes = own.map(hashOf);
    const ends = endsOf(Date.now(), this.config.SESSION_IDLE);
    const found = await Promise.all(
      hashes.map((hash) => this.accounts.findSessionByToken(this.database.read, hash)),
    );
    return found.filter(
      (one) => one !== undefined && !isOver(one.session, ends),
    ) as SessionOfUser[];
  }

  /** Half the idle time: clients with a stream reconnect within it, which counts as use. */
  #streamsEnd({ expiresAt }: Session): number {
    const { SESSION_IDLE } = this.config;
    const comesBack = SESSION_IDLE === 0 ? Infinity : Date.now() + SESSION_IDLE / 2;
    return Math.min(Date.parse(expiresAt), comesBack);
  }

  /** In the background: the request neither waits for it nor fails with it. */
  #touch({ session }: SessionOfUser): void {
    const { SESSION_IDLE } = this.config;
    const pause = SESSION_IDLE === 0 ? TOUCHED_AGAIN : Math.min(TOUCHED_AGAIN, SESSION_IDLE / 4);
    const now = Date.now();
    if (now - Date.parse(session.lastUsedAt) < pause) return;
    this.work
      .run(({ db }) => this.accounts.touchSession(db, session.id, new Date(now).toISOString()))
      .catch((error: unknown) =>
        this.#logger.warn({ err: error }, 'A session could not be updated.'),
      );
  }
}

const noSessions = ({ AUTH_ISSUER }: Config): Problem =>
  new Problem(
    'unauthenticated',
    AUTH_ISSUER
      ? `This service accepts only access tokens of ${AUTH_ISSUER}, and keys.`
      : 'This service accepts only keys.',
  );

const bearerIn = (header: string): string | undefined =>
  /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];

const isOver = ({ expiresAt, lastUsedAt }: Session, { now, unused }: Ends): boolean =>
  expiresAt <= now || lastUsedAt <= unused;

import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { SSE_METADATA } from '@nestjs/common/constants.js';
import type { Response } from 'express';
import { Config } from '../config.js';
import {
  ACCESS,
  type Access,
  type Caller,
  refusedKey,
  TAKES_KEYS,
  unauthenticated,
} from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { perRoute } from '../http/route-metadata.js';
import { Authentication, type Credentials } from './authentication.js';
import { clearSessionCookie } from './session-cookie.js';

interface GuardedRoute {
  readonly access: Access;
  readonly takesKeys: boolean;
  readonly isStream: boolean;
}

/**
 * Authenticates and authorizes the caller. Routes require a signed-in user unless they state
 * otherwise, and refuse keys unless they take them.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #routeOf = perRoute<GuardedRoute>((metadata, context) => ({
    access: (metadata(ACCESS) as Access | undefined) ?? 'signed-in',
    takesKeys: metadata(TAKES_KEYS) === true,
    // The headers of a request do not change whether its route is a stream.
    isStream: Reflect.hasMetadata(SSE_METADATA, context.getHandler()),
  }));

  constructor(
    private readonly authentication: Authentication,
    private readonly config: Config,
  ) {}

  /**
   * Without credentials it answers at once: a promise would cost every anonymous request some microseconds.
   *
   * @throws Problem `unauthenticated`, `forbidden`; `unavailable` and DatabaseUnavailable if the caller cannot be
   *   identified now.
   */
  canActivate(context: ExecutionContext): true | Promise<true> {
    const route = this.#routeOf(context);
    const { access } = route;
    if (access === 'anyone' || (access === 'sign-up' && this.config.SIGN_UP_OPEN)) return true;
    const response = context.switchToHttp().getResponse<Response>();
    response.vary('Authorization, Cookie');
    const credentials = this.authentication.credentialsOf(response.req);
    if (!credentials) return this.#authorize(undefined, route);
    return this.#identify(credentials, response).then((caller) => this.#authorize(caller, route));
  }

  #authorize(caller: Caller | undefined, { access, takesKeys, isStream }: GuardedRoute): true {
    // Within the tolerated clock skew, the stream would open and close immediately, and its client would reconnect forever.
    if (caller && isStream && caller.expiresAt <= Date.now()) throw unauthenticated();
    if (caller?.kind === 'key' && !takesKeys) throw refusedKey();
    if (access === 'sign-up' && caller?.kind === 'user' && caller.sessionId === null)
      throw new Problem('forbidden', 'Only users with a password can create accounts for others.');
    const isOpen = access === 'directory' && this.config.DIRECTORY === 'open';
    if (!caller && !isOpen && access !== 'public')
      throw unauthenticated(takesKeys ? SIGN_IN_OR_KEY : undefined);
    return true;
  }

  async #identify(credentials: Credentials, response: Response): Promise<Caller> {
    // The response is meant only for this caller, so no cache may store it.
    response.set('Cache-Control', 'no-store');
    try {
      return (response.req.caller = await this.authentication.callerOf(credentials));
    } catch (error) {
      // If there are several cookies, this could leave the one that an attacker has set.
      const hasOne = credentials.cookies?.length === 1;
      if (hasOne && isUnauthenticated(error)) clearSessionCookie(response);
      throw error;
    }
  }
}

const SIGN_IN_OR_KEY =
  'Sign in or use a key, and send the token or the key as Authorization: Bearer, or the token in the session cookie.';

const isUnauthenticated = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'unauthenticated';

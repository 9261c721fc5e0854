import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { SSE_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Config } from '../config.js';
import { ACCESS, type Access, unauthenticated } from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { Authentication } from './authentication.js';
import { clearSessionCookie } from './session-cookie.js';

/**
 * Authenticates and authorizes the caller. A route that says nothing of it needs a sign-in, and whoever cannot be
 * identified gets nothing.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: Authentication,
    private readonly config: Config,
  ) {}

  /**
   * @throws Problem `unauthenticated`, `forbidden`; `unavailable` and DatabaseUnavailable where it cannot be
   *   decided now who calls.
   */
  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const access = this.#accessTo(context);
    if (access === 'anyone' || (access === 'sign-up' && this.config.SIGN_UP_OPEN)) return true;
    await this.#identify(request, response);
    const { caller } = request;
    // Within the tolerated clock skew it would be opened to be closed at once, again and again.
    if (caller && isStream(context) && caller.expiresAt <= Date.now()) throw unauthenticated();
    if (access === 'sign-up' && caller?.sessionId === null)
      throw new Problem('forbidden', 'Only users with a password here create accounts for others.');
    const isOpen = access === 'directory' && this.config.USERS_OPEN;
    if (!caller && !isOpen) throw unauthenticated();
    return true;
  }

  #accessTo(context: ExecutionContext): Access {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) ?? 'signed-in';
  }

  async #identify(request: Request, response: Response): Promise<void> {
    response.vary('Authorization').vary('Cookie');
    const credentials = this.authentication.credentialsOf(request);
    if (!credentials) return;
    // What one caller gets is for no other, and for no cache.
    response.set('Cache-Control', 'no-store');
    try {
      request.caller = await this.authentication.callerOf(credentials);
    } catch (error) {
      // Of several, this would leave the one that somebody else has set.
      const hasOne = credentials.cookies?.length === 1;
      if (hasOne && isUnauthenticated(error)) clearSessionCookie(response);
      throw error;
    }
  }
}

const isUnauthenticated = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'unauthenticated';

/** As Nest knows it: whatever a request says of itself, a route is a stream or it is none. */
const isStream = (context: ExecutionContext): boolean =>
  Reflect.hasMetadata(SSE_METADATA, context.getHandler());

import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Config } from '../config.js';
import { DatabaseUnavailable } from '../database/errors.js';
import { ACCESS, type Access } from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { Authentication } from './authentication.js';
import { clearSessionCookie } from './session-cookie.js';

/** Finds out who calls, and whether they may use the route: a route that says nothing of it needs a sign-in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: Authentication,
    private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const access = this.#accessTo(context);
    if (access === 'anyone' || (access === 'sign-up' && this.config.SIGN_UP_OPEN)) return true;
    try {
      await this.#identify(request, response);
    } catch (error) {
      if (!isPassing(error) || !isStream(request)) throw error;
      // An EventSource that is told of an error never comes back.
      request.isCallerUnknown = true;
      return true;
    }
    if (request.caller) return true;
    if (access === 'directory' && this.config.USERS_OPEN) return true;
    throw new Problem(
      'unauthenticated',
      'Sign in: send a token as Authorization: Bearer, or the cookie.',
    );
  }

  #accessTo(context: ExecutionContext): Access {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) ?? 'signed-in';
  }

  async #identify(request: Request, response: Response): Promise<void> {
    let isCookie = false;
    try {
      const credentials = this.authentication.credentialsOf(request);
      if (!credentials) return;
      isCookie = credentials.isCookie;
      request.caller = await this.authentication.callerOf(credentials);
      // What one caller gets is for no other, whatever caches lie between.
      response.set('Cache-Control', 'private, no-cache').vary('Authorization').vary('Cookie');
    } catch (error) {
      if (isCookie && isUnauthenticated(error)) clearSessionCookie(response);
      throw error;
    }
  }
}

const isUnauthenticated = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'unauthenticated';

const isPassing = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  (error instanceof Problem && error.code === 'unavailable');

const isStream = ({ headers }: Request): boolean =>
  headers.accept?.includes('text/event-stream') ?? false;

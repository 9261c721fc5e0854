import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
} from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Request } from 'express';
import { Problem } from './problems.js';

/** Who sends a request, once it is known. */
export interface Caller {
  readonly userId: string;
  /** `null` where a token of another issuer speaks for them. */
  readonly sessionId: string | null;
  /** When what they signed in with ends, or has to be shown again: streams end then; ms since the epoch. */
  readonly expiresAt: number;
}

declare module 'express-serve-static-core' {
  interface Request {
    caller?: Caller;
  }
}

/**
 * Who may use a route: `signed-in` where nothing else is said, `directory` for whoever may see the user directory,
 * `sign-up` for whoever may make an account, `anyone` without any sign-in.
 */
export type Access = 'signed-in' | 'directory' | 'sign-up' | 'anyone';

export const ACCESS = Symbol('access');
/** The same for the API description, which turns it into the `security` of the operation. */
export const ACCESS_EXTENSION = 'x-access';

const access = (who: Access) =>
  applyDecorators(SetMetadata<symbol, Access>(ACCESS, who), ApiExtension(ACCESS_EXTENSION, who));

/** Says of a route, or of all of a controller, that it needs no sign-in. */
export const Anyone = () => access('anyone');

/** Says of a route, or of all of a controller, that it needs a sign-in only where the user directory is closed. */
export const Directory = () => access('directory');

/** Says of a route that it needs a sign-in only where accounts are not made by everyone. */
export const SignUp = () => access('sign-up');

/**
 * Gives a handler the caller.
 *
 * @throws Problem `unauthenticated`: there is none, whatever the guard has let through.
 */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => {
    const caller = callerOf(context);
    if (!caller) throw unauthenticated();
    return caller;
  },
);

/** Gives a handler who calls; `undefined` where nobody signed in. */
export const OptionalCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller | undefined => callerOf(context),
);

const callerOf = (context: ExecutionContext): Caller | undefined =>
  context.switchToHttp().getRequest<Request>().caller;

export const unauthenticated = (): Problem =>
  new Problem('unauthenticated', 'Sign in: send a token as Authorization: Bearer, or the cookie.');

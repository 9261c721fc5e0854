import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
} from '@nestjs/common';
import type { Caller as Subscriber, TopicSelector } from '@carillon/nestjs';
import { ApiExtension } from '@nestjs/swagger';
import type { Request } from 'express';
import { Problem } from './problems.js';

/** The topics of other programs that a caller may use. */
export interface Grants {
  /** Those of which the caller receives private events. */
  readonly subscribe: TopicSelector;
  /** Those on which the caller may publish. */
  readonly publish: TopicSelector;
}

interface AnyCaller {
  /** Identifies the caller in limits, in the log and for `Idempotency-Key`. */
  readonly id: string;
  /** When the credential expires, in milliseconds since the epoch. The streams of the caller end at that time. */
  readonly expiresAt: number;
  readonly grants: Grants;
}

/** A signed-in user. */
export interface UserCaller extends AnyCaller {
  readonly kind: 'user';
  readonly userId: string;
  /** `null` if the request has no session, for example with an access token of an issuer. */
  readonly sessionId: string | null;
  readonly mayNotify?: never;
}

/** A program with a key. */
export interface KeyCaller extends AnyCaller {
  readonly kind: 'key';
  readonly sessionId?: never;
  /** Whether it may send notifications to users. */
  readonly mayNotify: boolean;
}

/** The user or program that sends a request. */
export type Caller = UserCaller | KeyCaller;

/** The caller as the engine identifies them: the owner of a stream. */
export const subscriberOf = (caller: Caller): Subscriber => ({
  id: caller.id,
  sessionId: caller.kind === 'key' ? caller.id : (caller.sessionId ?? undefined),
  expiresAt: caller.expiresAt === Infinity ? undefined : caller.expiresAt,
  grants: caller.grants.subscribe,
  isService: caller.kind === 'key',
});

declare module 'express-serve-static-core' {
  interface Request {
    caller?: Caller;
    /** The owner of a stream on a route that identifies its callers itself. */
    subscriber?: Subscriber;
  }
}

/**
 * Who may use a route: `signed-in` by default, `directory` for callers who may see the user directory, `sign-up` for
 * callers who may create an account, `public` for everyone, with or without credentials, `anyone` for everyone, whose
 * credentials are ignored.
 */
export type Access = 'signed-in' | 'directory' | 'sign-up' | 'public' | 'anyone';

export const ACCESS = Symbol('access');
/** The same for the API description, which converts it into the `security` of the operation. */
export const ACCESS_EXTENSION = 'x-access';

const access = (who: Access) =>
  applyDecorators(SetMetadata<symbol, Access>(ACCESS, who), ApiExtension(ACCESS_EXTENSION, who));

/** Marks a route of a more open controller that requires a signed-in user. */
export const SignedIn = () => access('signed-in');

/** Marks a route or controller that needs no authentication. */
export const Anyone = () => access('anyone');

/** Marks a route or controller that itself decides what anonymous callers receive. Invalid credentials are still refused. */
export const Public = () => access('public');

/** Marks a route or controller that needs authentication only if the user directory is closed. */
export const Directory = () => access('directory');

/** Marks a route that needs authentication only if sign-up is closed. */
export const SignUp = () => access('sign-up');

export const TAKES_KEYS = Symbol('takes keys');

/** Marks a route or controller that programs with a key may use. All others refuse keys. */
export const TakesKeys = () => SetMetadata(TAKES_KEYS, true);

/**
 * Injects the signed-in user into a handler.
 *
 * @throws Problem `unauthenticated`: the request is anonymous, although the guard accepted it. `forbidden`: it has a key.
 */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): UserCaller => userOf(callerIn(context)),
);

/** Injects the signed-in user into a handler; `undefined` for an anonymous request. */
export const OptionalUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): UserCaller | undefined => {
    const caller = callerOf(context);
    return caller && userOf(caller);
  },
);

/** Injects the user or program into a handler of a route that takes keys. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerIn(context),
);

/** The same; `undefined` for an anonymous request. */
export const OptionalCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller | undefined => callerOf(context),
);

const callerOf = (context: ExecutionContext): Caller | undefined =>
  context.switchToHttp().getRequest<Request>().caller;

function callerIn(context: ExecutionContext): Caller {
  const caller = callerOf(context);
  if (!caller) throw unauthenticated();
  return caller;
}

function userOf(caller: Caller): UserCaller {
  if (caller.kind === 'key') throw refusedKey();
  return caller;
}

export const refusedKey = (): Problem =>
  new Problem('forbidden', 'A key cannot be used here. Sign in as a user.');

const SIGN_IN = 'Sign in, and send the token as Authorization: Bearer or in the session cookie.';

export const unauthenticated = (detail = SIGN_IN): Problem =>
  new Problem('unauthenticated', detail);

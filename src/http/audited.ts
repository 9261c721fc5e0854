import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { type Observable, tap } from 'rxjs';
import { canonicalId } from './ids.js';
import { Problem } from './problems.js';
import { type Outcome, type SecurityAction, SecurityLog } from './security-log.js';

const AUDITED = Symbol('audited');

/**
 * Finds an id in a request or, where the handler has returned one, in its result. `null` where there is nothing to record,
 * as when users do to themselves what matters only when it is done to others.
 */
type IdOf = (request: Request, result: unknown) => string | null | undefined;

interface Audit {
  readonly action: SecurityAction;
  readonly targetOf: IdOf;
  readonly roomOf?: IdOf | undefined;
}

/** Refusals that are recorded. What is wrong with the request itself is no matter of security. */
const OUTCOMES: Readonly<Record<number, Outcome>> = {
  401: 'failure',
  403: 'failure',
  429: 'limited',
  503: 'failure',
};

/** Records what a route did once the command is durable, or that it was refused. */
@Injectable()
export class SecurityAudit implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly log: SecurityLog,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const audit = this.reflector.get<Audit>(AUDITED, context.getHandler());
    const request = context.switchToHttp().getRequest<Request>();
    return next.handle().pipe(
      tap({
        next: (result) => this.#record(audit, 'success', request, result),
        error: (error: unknown) => this.#refused(audit, request, error),
      }),
    );
  }

  #refused(audit: Audit, request: Request, error: unknown): void {
    if (!(error instanceof Problem)) return;
    const outcome = OUTCOMES[error.getStatus()];
    if (outcome) this.#record(audit, outcome, request, undefined, error);
  }

  #record(
    { action, targetOf, roomOf }: Audit,
    outcome: Outcome,
    request: Request,
    result: unknown,
    refusal?: Problem,
  ): void {
    const target = targetOf(request, result);
    if (target === null) return;
    const room = roomOf?.(request, result);
    const details = { ...(room && { room }), ...(refusal && { reason: refusal.code }) };
    const actor = request.caller?.userId ?? null;
    const subject = refusal?.extras.subject ?? target ?? null;
    this.log.record({ action, outcome, actor, target: subject, details }, request);
  }
}

/** Has the security log record what a route does, to whom and, where that matters, in which room. */
export const Audited = (action: SecurityAction, targetOf: IdOf, roomOf?: IdOf) =>
  applyDecorators(
    SetMetadata(AUDITED, { action, targetOf, roomOf }),
    UseInterceptors(SecurityAudit),
  );

/** The parameter of the path that names it. */
export const pathParameter =
  (name: string): IdOf =>
  ({ params }) =>
    canonicalId(String(params[name]));

/** It is the caller's own. */
export const caller: IdOf = ({ caller }) => caller?.userId;

/** The same where it is another user; what users do to themselves is not recorded. */
export const anotherUser =
  (name: string): IdOf =>
  (request) => {
    const target = pathParameter(name)(request, undefined);
    return target === request.caller?.userId ? null : target;
  };

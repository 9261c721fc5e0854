import { Injectable, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';
import type { Around, AroundHandlers, HandledRoute } from './around-handlers.js';
import { canonicalId } from './ids.js';
import { Problem } from './problems.js';
import { type Outcome, type SecurityAction, SecurityLog } from './security-log.js';

const AUDITED = Symbol('audited');

/**
 * Gets an id from a request or, after the handler has returned, from its result. `null` skips the record, for example
 * if users do something to themselves that matters only if others do it.
 */
type IdOf = (request: Request, result: unknown) => string | null | undefined;

interface Audit {
  readonly action: SecurityAction;
  readonly targetOf: IdOf;
  readonly roomOf?: IdOf | undefined;
}

/** The refusals that are recorded. Invalid requests are not relevant to security. */
const OUTCOMES: Readonly<Record<number, Outcome>> = {
  401: 'failure',
  403: 'failure',
  429: 'limited',
  503: 'failure',
};

/** Records the action of a route after its command is durable, or its refusal. */
@Injectable()
export class SecurityAudit implements AroundHandlers {
  constructor(private readonly log: SecurityLog) {}

  around({ handler }: HandledRoute): Around | undefined {
    const audit = Reflect.getMetadata(AUDITED, handler) as Audit | undefined;
    return audit && ((request, handle) => this.#handle(audit, request, handle));
  }

  async #handle(audit: Audit, request: Request, handle: () => unknown): Promise<unknown> {
    const result = await this.#recordingRefusals(audit, request, handle);
    this.#record(audit, 'success', request, result);
    return result;
  }

  async #recordingRefusals(
    audit: Audit,
    request: Request,
    handle: () => unknown,
  ): Promise<unknown> {
    try {
      return await handle();
    } catch (error) {
      this.#refused(audit, request, error);
      throw error;
    }
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
    const actor = request.caller?.id ?? null;
    const subject = refusal?.extras.subject ?? target ?? null;
    this.log.record({ action, outcome, actor, target: subject, details }, request);
  }
}

/** Records the action of a route in the security log, with its target and, if relevant, its room. */
export const Audited = (action: SecurityAction, targetOf: IdOf, roomOf?: IdOf) =>
  SetMetadata<symbol, Audit>(AUDITED, { action, targetOf, roomOf });

/** The id in a path parameter. */
export const pathParameter =
  (name: string): IdOf =>
  ({ params }) =>
    canonicalId(String(params[name]));

/** The id of the caller. */
export const caller: IdOf = ({ caller }) => caller?.id;

/** Like `pathParameter`, but only if it is not the caller. */
export const anotherUser =
  (name: string): IdOf =>
  (request) => {
    const target = pathParameter(name)(request, undefined);
    return target === request.caller?.id ? null : target;
  };

import { Installation } from '@carillon/nestjs/internal';
import { Injectable, Logger, Optional } from '@nestjs/common';
import type { Request } from 'express';
import { pino } from 'pino';
import { Config } from '../config.js';
import { addressOf } from './client-address.js';

/** The actions in the security log. */
export type SecurityAction =
  | 'sign-in'
  | 'sign-up'
  | 'password-change'
  | 'session-end'
  | 'role-change'
  | 'removal'
  | 'erasure'
  | 'key-create'
  | 'key-revoke';

/** `limited`: refused by a limit, without being checked. */
export type Outcome = 'success' | 'failure' | 'limited';

export interface SecurityEntry {
  readonly action: SecurityAction;
  readonly outcome: Outcome;
  /** The id of the acting user; `null` for an anonymous caller or the server itself. */
  readonly actor: string | null;
  /** The id of the affected user, session or key. */
  readonly target: string | null;
  /** More details, such as the room of a role. Never contains text of users. */
  readonly details?: Readonly<Record<string, string>>;
}

const STANDARD_ERROR = 2;

/**
 * Records sign-ins, refusals and changes of permissions, one line of JSON each, separately from the request log and
 * independently of `LOG_LEVEL`. It goes to `SECURITY_LOG`. It contains no names, and only pseudonyms of addresses
 * unless `SECURITY_LOG_ADDRESS=clear`.
 */
@Injectable()
export class SecurityLog {
  readonly #logger = new Logger(SecurityLog.name);
  readonly #destination: ReturnType<typeof pino.destination> | undefined;
  readonly #log: pino.Logger | undefined;
  #failing = false;

  constructor(
    private readonly config: Config,
    /** For the pseudonyms of addresses. Actions without a request have no address. */
    @Optional() private readonly installation?: Installation,
  ) {
    if (config.SECURITY_LOG === 'off') return;
    this.#destination = pino.destination({
      dest: config.SECURITY_LOG === 'stderr' ? STANDARD_ERROR : config.SECURITY_LOG,
      mkdir: true,
      mode: 0o600,
      // No entry is lost when the process is killed.
      sync: true,
    });
    this.#destination.on('error', (error: Error) => this.#failed(error));
    this.#log = pino(
      {
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: () => ({ log: 'security' }) },
      },
      this.#destination,
    );
  }

  /** @param request the request of the action, if there is one. */
  record({ details, ...entry }: SecurityEntry, request?: Request): void {
    this.#log?.info({
      ...entry,
      ...details,
      ...(request && { requestId: request.id, address: this.#addressOf(request) }),
    });
  }

  #addressOf(request: Request): string {
    const address = addressOf(request);
    const isClear = this.config.SECURITY_LOG_ADDRESS === 'clear';
    return isClear ? address : this.installation!.pseudonymOf(address);
  }

  /** Logs the failure once until writing works again. A full disk must not stop the service. */
  #failed(error: Error): void {
    if (!this.#failing) this.#logger.error(`The security log cannot be written: ${error.message}.`);
    this.#failing = true;
  }
}

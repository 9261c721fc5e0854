import { Injectable, Logger, Optional } from '@nestjs/common';
import type { Request } from 'express';
import { pino } from 'pino';
import { Config } from '../config.js';
import { Installation } from '../database/installation.js';
import { addressOf } from './client-address.js';

/** What the security log records. */
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

/** `limited`: refused by a limit, before it was looked at. */
export type Outcome = 'success' | 'failure' | 'limited';

export interface SecurityEntry {
  readonly action: SecurityAction;
  readonly outcome: Outcome;
  /** The id of the user who did it; `null` where nobody signed in, or the server did it by itself. */
  readonly actor: string | null;
  /** The id of what it was done to: a user, a session, a key. */
  readonly target: string | null;
  /** More about it, such as the room of a role. Never text that a user wrote. */
  readonly details?: Readonly<Record<string, string>>;
}

const STANDARD_ERROR = 2;

/**
 * Who signed in, who was refused, who changed what others may do: one line of JSON for each, apart from the log of the
 * requests and whatever `LOG_LEVEL` says. It goes to `SECURITY_LOG`. No names are in it, and of an address only a
 * pseudonym, unless `SECURITY_LOG_ADDRESS=clear`.
 */
@Injectable()
export class SecurityLog {
  readonly #logger = new Logger(SecurityLog.name);
  readonly #destination: ReturnType<typeof pino.destination> | undefined;
  readonly #log: pino.Logger | undefined;
  #failing = false;

  constructor(
    private readonly config: Config,
    /** For the pseudonyms of addresses: only an action that comes with a request has one. */
    @Optional() private readonly installation?: Installation,
  ) {
    if (config.SECURITY_LOG === 'off') return;
    this.#destination = pino.destination({
      dest: config.SECURITY_LOG === 'stderr' ? STANDARD_ERROR : config.SECURITY_LOG,
      mkdir: true,
      mode: 0o600,
      // Nothing of it is lost when the process is killed.
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

  /** @param request where the action came with one. */
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

  /** Once, until it works again: a full disk must not take the service with it. */
  #failed(error: Error): void {
    if (!this.#failing) this.#logger.error(`The security log cannot be written: ${error.message}.`);
    this.#failing = true;
  }
}

import type { Logger } from '@nestjs/common';
import { DatabaseUnavailable, inLog } from './errors.js';

/** Milliseconds after which a failure that lasts is logged again. */
const REMINDER = 3_600_000;

interface OutageLines {
  readonly begins: string;
  readonly ends: string;
}

/**
 * The log of what is tried again and again: one line when it begins to fail, and one when it succeeds again. A failure of
 * another kind has a line of its own, since a fault must not pass for an outage of the database.
 */
export class OutageLog {
  #logged: { readonly at: number; readonly isOfDatabase: boolean } | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly lines: OutageLines,
  ) {}

  failed(error: unknown): void {
    const isOfDatabase = error instanceof DatabaseUnavailable;
    const at = performance.now();
    if (this.#logged?.isOfDatabase === isOfDatabase && at - this.#logged.at < REMINDER) return;
    this.logger.error(inLog(error), this.lines.begins);
    this.#logged = { at, isOfDatabase };
  }

  succeeded(): void {
    if (this.#logged) this.logger.log(this.lines.ends);
    this.#logged = undefined;
  }
}

import type { Logger } from '@nestjs/common';
import { inLog } from './errors.js';

export interface OutageLines {
  readonly begins: string;
  readonly ends: string;
}

/** The log of what is tried again and again: one line when it fails for the first time, and one when it succeeds again. */
export class OutageLog {
  #isFailing = false;

  constructor(
    private readonly logger: Logger,
    private readonly lines: OutageLines,
  ) {}

  failed(error: unknown): void {
    if (!this.#isFailing) this.logger.error(inLog(error), this.lines.begins);
    this.#isFailing = true;
  }

  succeeded(): void {
    if (this.#isFailing) this.logger.log(this.lines.ends);
    this.#isFailing = false;
  }
}

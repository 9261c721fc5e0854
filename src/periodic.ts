import { Logger } from '@nestjs/common';
import { inLog } from './database/errors.js';

/** Repeats work in the background, one round at a time. A round that fails is logged, and the next one tries again. */
export class Periodic {
  readonly #logger: Logger;
  #timer?: NodeJS.Timeout;
  #round: Promise<void> | undefined;

  constructor(
    name: string,
    private readonly milliseconds: number,
    private readonly work: () => Promise<void>,
  ) {
    this.#logger = new Logger(name);
  }

  start(): void {
    this.#timer = setInterval(() => this.#begin(), this.milliseconds);
  }

  /** Resolves when the round that runs, if one does, has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  #begin(): void {
    this.#round ??= this.work()
      .catch((error: unknown) => this.#logger.error(inLog(error), 'Failed; tried again later.'))
      .finally(() => (this.#round = undefined));
  }
}

import { Logger } from '@nestjs/common';
import { inLog } from './errors.js';

/** Repeats work in the background, one run at a time. A failed run is logged, and the next one tries again. */
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

  /** Resolves when the current run, if there is one, has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  #begin(): void {
    this.#round ??= this.work()
      .catch((error: unknown) =>
        this.#logger.error(inLog(error), 'A background task failed. Carillon tries again later.'),
      )
      .finally(() => (this.#round = undefined));
  }
}

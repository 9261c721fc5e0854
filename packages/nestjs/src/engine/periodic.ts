import { Logger } from '@nestjs/common';
import { OutageLog } from './outage-log.js';

const LINES = {
  begins: 'A background task failed. Carillon tries again later.',
  ends: 'The background task succeeded again.',
};

/** Repeats work in the background, one run at a time. The run after one that failed tries again. */
export class Periodic {
  readonly #outages: OutageLog;
  #timer?: NodeJS.Timeout;
  #round: Promise<void> | undefined;

  constructor(
    name: string,
    private readonly milliseconds: number,
    private readonly work: () => Promise<void>,
  ) {
    this.#outages = new OutageLog(new Logger(name), LINES);
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
      .then(
        () => this.#outages.succeeded(),
        (error: unknown) => this.#outages.failed(error),
      )
      .finally(() => (this.#round = undefined));
  }
}

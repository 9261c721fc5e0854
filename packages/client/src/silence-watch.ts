import { SilenceTimeout } from './silence-timeout.js';
import { after } from './timer.js';

export interface SilenceWatchOptions {
  /** The shortest timeout, in ms. */
  readonly base: number;
  /** Nothing is read at the moment, so nothing can arrive. */
  readonly isPaused: () => boolean;
  /** Nothing arrived within `limit` ms. */
  readonly onSilence: (limit: number) => void;
}

/** Watches whether anything arrives. */
export class SilenceWatch {
  readonly #timeout: SilenceTimeout;
  readonly #options: SilenceWatchOptions;
  #lastReceived = Date.now();

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
    this.#timeout = new SilenceTimeout({ base: options.base });
  }

  /** In ms. */
  get silence(): number {
    return Date.now() - this.#lastReceived;
  }

  /** An attempt begins. */
  restart(): void {
    this.#lastReceived = Date.now();
  }

  received(): void {
    this.#timeout.received(this.silence);
    this.restart();
  }

  /**
   * The timer re-arms itself instead of being re-armed by each event, of which there may be thousands in a second.
   *
   * @returns a function that ends it
   */
  start(): () => void {
    let stop: () => void;
    const watch = () => {
      const { limit } = this.#timeout;
      const left = limit - this.silence;
      const isPaused = this.#options.isPaused();
      if (isPaused) this.restart();
      if (left > 0 || isPaused) stop = after(Math.max(left, 1_000), watch);
      else this.#expire(limit);
    };
    stop = after(this.#timeout.limit, watch);
    return () => stop();
  }

  #expire(limit: number): void {
    this.#timeout.expired();
    this.#options.onSilence(limit);
  }
}

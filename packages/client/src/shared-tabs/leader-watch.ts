import { after } from '../timer.js';

export interface LeaderWatchOptions {
  /** Silence after which the leader is asked whether it is there, in ms. */
  readonly limit: number;
  /** How long it has to answer, in ms. */
  readonly answer: number;
  readonly isVisible: () => boolean;
  readonly ask: () => void;
  readonly onSilence: () => void;
}

/**
 * Notices that the leader no longer runs: browsers suspend hidden tabs, and a suspended tab keeps its lock.
 * Only a visible tab acts, so that hidden tabs do not take the lock from each other.
 */
export class LeaderWatch {
  readonly #options: LeaderWatchOptions;
  #stopTimer = () => {};
  #receivedAt = 0;
  #asking = false;

  constructor(options: LeaderWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.received();
    this.#arm(this.#options.limit);
  }

  stop(): void {
    this.#stopTimer();
  }

  /** The leader is there. The timer is not armed again: there may be thousands of messages in a second. */
  received(): void {
    this.#receivedAt = Date.now();
    this.#asking = false;
  }

  /** The tab came to the front. */
  shown(): void {
    if (this.#silence > this.#options.limit / 2) this.#ask();
  }

  get #silence(): number {
    return Date.now() - this.#receivedAt;
  }

  #arm(milliseconds: number): void {
    this.#stopTimer();
    this.#stopTimer = after(milliseconds, () => this.#onTimer());
  }

  #onTimer(): void {
    const { limit, isVisible, onSilence } = this.#options;
    if (this.#asking) {
      this.start();
      return onSilence();
    }
    if (this.#silence < limit) return this.#arm(limit - this.#silence);
    if (isVisible()) this.#ask();
    else this.#arm(limit);
  }

  /** Not yet stealing: a tab that was suspended itself may have messages that its timer has overtaken. */
  #ask(): void {
    this.#asking = true;
    this.#arm(this.#options.answer);
    this.#options.ask();
  }
}

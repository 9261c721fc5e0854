import type { Credentials } from './credentials.js';
import { fastLoopError, type FollowError, ProblemError } from './errors.js';
import { LoopGuard } from './loop-guard.js';
import { RetryDelay } from './retry-delay.js';

/** The least delay of a loop that delivers nothing, in ms. */
const SLOW = 15_000;

/** What went wrong last, and what follows from it: when to try again, and whether another token is worth a try. */
export class Failures {
  readonly #credentials: Credentials;
  readonly #delay: RetryDelay;
  readonly #guard = new LoopGuard();
  #error: FollowError | null = null;

  /** @param retry ceiling of the first delay, in ms. */
  constructor(credentials: Credentials, retry: number) {
    this.#credentials = credentials;
    this.#delay = new RetryDelay(retry);
  }

  get error(): FollowError | null {
    return this.#error;
  }

  /** The server sent `retry`, in ms. */
  retryWanted(milliseconds: number): void {
    this.#delay.wantedBy(milliseconds);
  }

  /** An attempt ended, and another may succeed. */
  ended(error: FollowError | null, least = 0): void {
    this.#error = error;
    this.#delay.failed(error, least);
    // The next attempt waits, so another token cannot make a loop. The server may have restarted with other keys.
    this.#credentials.notRefused();
  }

  streamEnded(error: FollowError | null, isEmpty: boolean): void {
    if (isEmpty && this.#guard.endedEmpty(Date.now())) this.#looped();
    else this.ended(error);
  }

  /** @returns `renewed` if another token is worth a try. */
  refused(error: FollowError): 'renewed' | 'refused' {
    this.#error = error;
    const isExpired = error instanceof ProblemError && error.status === 401;
    return isExpired && this.#credentials.refused() ? 'renewed' : 'refused';
  }

  delivered(): void {
    this.#guard.delivered();
  }

  /** Not when a stream opens, since a server under overload accepts a stream only to end it. */
  succeeded(): void {
    this.#delay.succeeded();
    this.#credentials.notRefused();
  }

  /** In ms. */
  nextDelay(): number {
    return this.#delay.next();
  }

  #looped(): void {
    const error = fastLoopError(5);
    if (this.#error?.code !== error.code) console.warn(error.message);
    this.ended(error, SLOW);
  }
}

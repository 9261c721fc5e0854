/** Wakes one loop. A signal that comes while it does not wait is kept. */
export class WakeSignal {
  #isSet = false;
  #waiting: (() => void) | undefined;

  set(): void {
    this.#isSet = true;
    this.#waiting?.();
  }

  /** Resolves at the next signal, or after some milliseconds. */
  async wait(milliseconds?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
    this.#waiting = resolve;
    if (!this.#isSet) await promise;
    clearTimeout(timer);
    this.#isSet = false;
    this.#waiting = undefined;
  }
}

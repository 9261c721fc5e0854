/** Time after a failure until the data may be requested again, in ms. */
const RETRY_AFTER = 2_000;

/** Runs each named piece of work once at a time, however often it is requested meanwhile. */
export class InFlight {
  readonly #running = new Map<string, Promise<void>>();
  readonly #onFailure: () => void;

  constructor(onFailure: () => void) {
    this.#onFailure = onFailure;
  }

  /** Resolves when the work with this name has ended, also if it failed. */
  run(name: string, work: () => Promise<void>): Promise<void> {
    const running = this.#running.get(name) ?? this.#run(name, work);
    this.#running.set(name, running);
    return running;
  }

  async #run(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      setTimeout(this.#onFailure, RETRY_AFTER);
    } finally {
      this.#running.delete(name);
    }
  }
}

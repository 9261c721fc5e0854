/** Time after a failure until the data may be requested again, in ms. */
const RETRY_AFTER = 2_000;

/** Runs each named piece of work once at a time, however often it is requested meanwhile. */
export class InFlight {
  readonly #running = new Set<string>();
  readonly #onFailure: () => void;

  constructor(onFailure: () => void) {
    this.#onFailure = onFailure;
  }

  async run(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#running.has(name)) return;
    this.#running.add(name);
    try {
      await work();
    } catch {
      setTimeout(this.#onFailure, RETRY_AFTER);
    } finally {
      this.#running.delete(name);
    }
  }
}

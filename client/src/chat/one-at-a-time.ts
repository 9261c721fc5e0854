/** Who needs it may ask again after this, in ms. */
const AGAIN = 2_000;

/** Fetches what is needed, each thing one at a time, however often it is asked for meanwhile. */
export class OneAtATime {
  readonly #underWay = new Set<string>();
  readonly #onFailure: () => void;

  constructor(onFailure: () => void) {
    this.#onFailure = onFailure;
  }

  async do(what: string, work: () => Promise<void>): Promise<void> {
    if (this.#underWay.has(what)) return;
    this.#underWay.add(what);
    try {
      await work();
    } catch {
      setTimeout(this.#onFailure, AGAIN);
    } finally {
      this.#underWay.delete(what);
    }
  }
}

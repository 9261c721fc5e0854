export interface PatienceOptions {
  /** The shortest patience, in ms; a bit more than two heartbeats allows one to be late. */
  readonly base?: number;
  /** The longest patience, in ms. */
  readonly cap?: number;
}

/**
 * How long a stream may be silent before it counts as dead.
 *
 * A laptop that slept, or a NAT that forgot the connection, leaves a stream which is open and
 * will never speak again. But a server whose heartbeat is slower than we assume looks the same,
 * and must not be reopened for ever: the patience doubles when a reopened stream is silent too,
 * and once an event has come after a long silence, twice that silence is taken as normal.
 */
export class Patience {
  readonly #base: number;
  readonly #cap: number;
  #limit: number;
  #longestSilence = 0;
  #ranOutBefore = false;

  constructor({ base = 40_000, cap = 300_000 }: PatienceOptions = {}) {
    this.#base = base;
    this.#cap = cap;
    this.#limit = base;
  }

  /** In ms. */
  get limit(): number {
    return this.#limit;
  }

  /** An event came after `silence` ms without one, on the same connection. */
  heard(silence: number): void {
    this.#ranOutBefore = false;
    this.#longestSilence = Math.max(this.#longestSilence, silence);
    this.#limit = Math.min(this.#cap, Math.max(this.#base, 2 * this.#longestSilence));
  }

  /** The limit passed without an event. */
  ranOut(): void {
    if (this.#ranOutBefore) this.#limit = Math.min(this.#cap, 2 * this.#limit);
    this.#ranOutBefore = true;
  }
}

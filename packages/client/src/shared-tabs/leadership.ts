export interface LeadershipEvents {
  /** This tab holds the lock. */
  readonly lead: () => void;
  /** Another tab holds it. */
  readonly follow: () => void;
}

/** Who of several tabs holds the connection. */
export interface Leadership {
  stand(events: LeadershipEvents): void;
  /** Takes the lock from a tab that does not answer. */
  steal(): void;
  resign(): void;
}

/**
 * One tab of a browser at a time holds the Web Lock. The next one gets it when that tab closes, crashes or
 * resigns. A tab that was suspended keeps the lock, so another may steal it; the suspended one learns of it
 * when it runs again: its request rejects.
 *
 * Source: W3C Web Locks API, https://w3c.github.io/web-locks/
 */
export class LockLeadership implements Leadership {
  readonly #name: string;
  #events: LeadershipEvents = { lead: () => {}, follow: () => {} };
  #waiting = new AbortController();
  #release = () => {};
  #resigned = false;

  constructor(name: string) {
    this.#name = name;
  }

  stand(events: LeadershipEvents): void {
    this.#events = events;
    this.#request({ ifAvailable: true });
  }

  steal(): void {
    this.#waiting.abort();
    this.#request({ steal: true });
  }

  resign(): void {
    this.#resigned = true;
    this.#waiting.abort();
    this.#release();
  }

  #request(options: LockOptions): void {
    navigator.locks
      .request(this.#name, options, (lock) => (lock ? this.#hold() : this.#wait()))
      .catch((error: unknown) => this.#onLost(error));
  }

  #hold(): Promise<void> | void {
    if (this.#resigned) return;
    const held = new Promise<void>((resolve) => (this.#release = resolve));
    this.#events.lead();
    return held;
  }

  #wait(): void {
    if (this.#resigned) return;
    this.#events.follow();
    this.#waiting = new AbortController();
    const { signal } = this.#waiting;
    navigator.locks
      .request(this.#name, { signal }, () => this.#hold())
      .catch((error: unknown) => signal.aborted || this.#onLost(error));
  }

  /** Another tab stole it. */
  #onLost(error: unknown): void {
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    this.#wait();
  }
}

export const canShareTabs = (): boolean =>
  typeof navigator !== 'undefined' && 'locks' in navigator && 'BroadcastChannel' in globalThis;

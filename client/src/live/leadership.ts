/**
 * One tab of a browser at a time holds it: the next one gets it when that tab closes, crashes or
 * lets go. Where there are no Web Locks (not a secure context) every tab holds its own.
 */
export class Leadership {
  readonly #name: string;
  readonly #giveUp = new AbortController();
  #letGo = () => {};

  constructor(name: string) {
    this.#name = name;
  }

  static get isShared(): boolean {
    return 'locks' in navigator && 'BroadcastChannel' in globalThis;
  }

  /** `follow` is called where another tab leads, `lead` when this one does. */
  stand({ lead, follow }: { lead: () => void; follow: () => void }): void {
    if (!Leadership.isShared) return lead();
    const held = (lock: Lock | null): Promise<void> | void => {
      if (this.#giveUp.signal.aborted) return;
      return lock ? this.#hold(lead) : this.#wait(lead, follow);
    };
    navigator.locks.request(this.#name, { ifAvailable: true }, held).catch(ignoreAbort);
  }

  resign(): void {
    this.#giveUp.abort();
    this.#letGo();
  }

  #wait(lead: () => void, follow: () => void): void {
    follow();
    const { signal } = this.#giveUp;
    navigator.locks.request(this.#name, { signal }, () => this.#hold(lead)).catch(ignoreAbort);
  }

  #hold(lead: () => void): Promise<void> {
    const held = new Promise<void>((resolve) => (this.#letGo = resolve));
    if (this.#giveUp.signal.aborted) this.#letGo();
    else lead();
    return held;
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
}

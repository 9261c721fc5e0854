interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: unknown) => void;
}

/** Events that a `for await` loop has yet to take. */
export class EventQueue<T> implements AsyncIterator<T, undefined> {
  readonly #limit: number;
  readonly #onDrain: () => void;
  readonly #onReturn: () => void;
  #events: T[] = [];
  #waiting: Waiting<T>[] = [];
  #end: { readonly error: unknown } | null = null;
  #wasFull = false;

  /** @param onDrain the queue was full, and half of it is free again. @param onReturn the loop was left. */
  constructor(limit: number, onDrain: () => void, onReturn: () => void) {
    this.#limit = limit;
    this.#onDrain = onDrain;
    this.#onReturn = onReturn;
  }

  get isFull(): boolean {
    return this.#wasFull;
  }

  push(event: T): void {
    const waiting = this.#waiting.shift();
    if (waiting) return waiting.resolve({ value: event, done: false });
    this.#events.push(event);
    if (this.#events.length >= this.#limit) this.#wasFull = true;
  }

  /** After the events that are waiting, the loop ends, or throws the error. */
  end(error: unknown = null): void {
    this.#end ??= { error };
    for (const waiting of this.#waiting.splice(0)) this.#finish(waiting);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const event = this.#events.shift();
    if (event === undefined) return this.#wait();
    if (this.#wasFull && this.#events.length <= this.#limit / 2) {
      this.#wasFull = false;
      this.#onDrain();
    }
    return Promise.resolve({ value: event, done: false });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#events = [];
    this.#wasFull = false;
    this.end();
    this.#onReturn();
    return Promise.resolve({ value: undefined, done: true });
  }

  #wait(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      const waiting = { resolve: resolve as Waiting<T>['resolve'], reject };
      if (this.#end) this.#finish(waiting);
      else this.#waiting.push(waiting);
    });
  }

  #finish({ resolve, reject }: Waiting<T>): void {
    if (this.#end?.error) reject(this.#end.error);
    else resolve({ value: undefined, done: true });
  }
}

import type { Chunk } from './chunk.js';
import type { SseConnection } from './sse-connection.js';

/** Every frame that moves the cursor has an `id` line. Transient events have none. */
const ID = Buffer.from('id: ');

/** A connection of a stream that nobody reads: it only reports that there is something, or that the stream has ended. */
export class WakeUp implements SseConnection {
  readonly pending = 0;
  readonly taken = 0;
  readonly #closed: (() => void)[] = [];
  #isOver = false;
  #resolve!: (isNew: boolean) => void;

  /** Resolves with `true` at the first event, and with `false` when the stream ends. */
  readonly happened = new Promise<boolean>((resolve) => (this.#resolve = resolve));

  write({ plain }: Chunk): boolean {
    if (plain.includes(ID)) this.#resolve(true);
    return true;
  }

  on(event: 'drain' | 'close', work: () => void): void {
    if (event === 'close') this.#closed.push(work);
  }

  end(): void {
    this.cut();
  }

  /** Leaves the stream. */
  cut(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#resolve(false);
    for (const work of this.#closed) work();
  }
}

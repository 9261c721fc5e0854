import { failureOf } from '../http/failure.js';
import { ProblemError } from '../http/problem.js';
import { NoAnswerError } from '../http/request.js';
import { uuid } from '../http/uuid.js';
import { Backoff } from '../live/backoff.js';
import type { Message } from './message.js';
import { OutboxEntries, type OutboxEntry } from './outbox-entries.js';

export type Post = (
  roomId: string,
  message: { readonly clientId: string; readonly text: string },
) => Promise<Message>;

/** Runs `work` while no other tab does. */
export type Exclusively = (work: () => Promise<void>) => Promise<void>;

export interface OutboxOptions {
  readonly entries: OutboxEntries;
  readonly post: Post;
  readonly exclusively: Exclusively;
  readonly onChange: () => void;
  readonly backoff?: Backoff;
}

/**
 * Sends messages one after another, in the order in which they were written, and keeps each
 * until the stream has told it. What gets no answer is sent again; what is refused waits for
 * the person. One tab at a time sends, so that the order holds.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #backoff: Backoff;
  #waiting = false;
  #closed = false;
  #wake = () => {};

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff({ base: 500, cap: 15_000 });
  }

  /** @returns the client id of the message */
  add(roomId: string, text: string): string {
    const clientId = uuid();
    const last = this.#options.entries.all().at(-1);
    const queuedAt = Math.max(Date.now(), (last?.queuedAt ?? 0) + 1);
    this.#put({ clientId, roomId, text, queuedAt, state: 'waiting' });
    this.flush();
    return clientId;
  }

  again(clientId: string): void {
    const entry = this.#options.entries.get(clientId);
    if (!entry) return;
    const { failure: _, ...rest } = entry;
    this.#put({ ...rest, state: 'waiting' });
    this.flush();
  }

  discard(clientId: string): void {
    this.#options.entries.remove(clientId);
    this.#options.onChange();
  }

  /** The stream has told it, so it is in the room's history. */
  confirm(clientId: string): void {
    if (this.#options.entries.get(clientId)) this.discard(clientId);
  }

  /** A snapshot has all up to here, so those that were answered before need not be told again. */
  confirmUpTo(lastSeqOf: (roomId: string) => number): void {
    for (const { clientId, roomId, seq = Infinity } of this.#options.entries.all())
      if (seq <= lastSeqOf(roomId)) this.discard(clientId);
  }

  /** Sends what waits, now. */
  flush(): void {
    this.#wake();
    if (this.#waiting || this.#closed || !this.#next()) return;
    this.#waiting = true;
    void this.#options.exclusively(() => this.#sendAll());
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async #sendAll(): Promise<void> {
    try {
      for (let entry = this.#next(); entry && !this.#closed; entry = this.#next())
        await this.#send(entry);
    } finally {
      this.#waiting = false;
    }
  }

  async #send(entry: OutboxEntry): Promise<void> {
    const { clientId, roomId, text } = entry;
    try {
      const { seq } = await this.#options.post(roomId, { clientId, text });
      this.#backoff.reset();
      // Gone where the stream was quicker than the answer.
      if (this.#options.entries.get(clientId)) this.#put({ ...entry, state: 'sent', seq });
    } catch (error) {
      if (isPassing(error)) await this.#pause(error);
      else this.#put({ ...entry, state: 'refused', failure: wordsFor(error) });
    }
  }

  /** Until the time to try again, or until someone knows better. */
  async #pause(error: unknown): Promise<void> {
    const wanted = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1_000 : 0;
    const delay = Math.max(wanted, this.#backoff.next());
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }

  #next(): OutboxEntry | undefined {
    return this.#options.entries.all().find(({ state }) => state === 'waiting');
  }

  #put(entry: OutboxEntry): void {
    this.#options.entries.put(entry);
    this.#options.onChange();
  }
}

/** Whether the same request may well succeed later: also that of who has to sign in again first. */
function isPassing(error: unknown): boolean {
  if (error instanceof NoAnswerError) return true;
  if (!(error instanceof ProblemError)) return false;
  return error.status >= 500 || error.status === 429 || error.status === 401;
}

function wordsFor(error: unknown): string {
  const { message, fields } = failureOf(error, ['text']);
  return message ?? Object.values(fields).join(' ');
}

import { Backoff } from '@carillon/client/backoff';
import { failureOf, isTemporary } from '../../http/failure.js';
import { hasStatus, ProblemError } from '../../http/problem.js';
import { uuid } from '../../http/uuid.js';
import type { WithLock } from '../../state/with-lock.js';
import type { Message } from '../rooms/message.js';
import { OutboxEntries, type OutboxEntry } from './outbox-entries.js';

export type Post = (
  roomId: string,
  message: Pick<OutboxEntry, 'clientId' | 'text' | 'replyTo' | 'mentionAll' | 'files'>,
) => Promise<Message>;

export type MessageOptions = Pick<OutboxEntry, 'replyTo' | 'mentionAll' | 'files'>;

export interface OutboxOptions {
  readonly entries: OutboxEntries;
  readonly post: Post;
  readonly withLock: WithLock;
  /** Messages to other rooms are removed once they can no longer be delivered. */
  readonly isMember: (roomId: string) => boolean;
  readonly onChange: () => void;
  readonly backoff?: Backoff;
}

/**
 * Sends messages one after another, in the order in which they were written, and keeps each until the stream has
 * delivered it. A message without a response is sent again; a refused message waits for the user. One tab at a time
 * sends, to keep the order.
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
  add(roomId: string, text: string, options: MessageOptions = {}): string {
    const clientId = uuid();
    const last = this.#options.entries.all().at(-1);
    const queuedAt = Math.max(Date.now(), (last?.queuedAt ?? 0) + 1);
    this.#put({ clientId, roomId, text, ...options, queuedAt, state: 'waiting' });
    this.flush();
    return clientId;
  }

  resend(clientId: string): void {
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

  /** The stream has delivered the message, so it is in the history of the room. */
  confirm(clientId: string): void {
    if (this.#options.entries.get(clientId)) this.discard(clientId);
  }

  /** A snapshot has all messages up to here: those already sent need no event. */
  confirmUpTo(lastSeqOf: (roomId: string) => number): void {
    for (const { clientId, roomId, seq = Infinity } of this.#options.entries.all())
      if (seq <= lastSeqOf(roomId)) this.discard(clientId);
  }

  /** Removes what is not on its way to a room of the user. The server decides about the rest: a tab may lag. */
  removeOthers(): void {
    for (const { clientId, roomId, state } of this.#options.entries.all())
      if (state !== 'waiting' && !this.#options.isMember(roomId)) this.discard(clientId);
  }

  /** Sends the waiting messages now, even if the time to retry has not come. */
  retryNow(): void {
    this.#wake();
    this.flush();
  }

  /** Sends the waiting messages, unless they wait for the time to retry. */
  flush(): void {
    if (this.#waiting || this.#closed || !this.#next()) return;
    this.#waiting = true;
    void this.#options.withLock(() => this.#sendAll());
  }

  /** Sends until `close`. */
  open(): void {
    this.#closed = false;
    this.flush();
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
    const { clientId, roomId, text, replyTo, mentionAll, files } = entry;
    try {
      const { seq } = await this.#options.post(roomId, {
        clientId,
        text,
        ...(replyTo !== undefined && { replyTo }),
        ...(mentionAll !== undefined && { mentionAll }),
        ...(files !== undefined && { files }),
      });
      this.#backoff.reset();
      // Removed already if the event was faster than the response.
      if (this.#options.entries.get(clientId)) this.#put({ ...entry, state: 'sent', seq });
    } catch (error) {
      // After a new sign-in it may succeed.
      if (isTemporary(error) || hasStatus(error, 401)) await this.#pause(error);
      else if (!this.#options.isMember(roomId)) this.discard(clientId);
      else this.#put({ ...entry, state: 'refused', failure: wordsFor(error) });
    }
  }

  /** Until it is time to retry, or until `retryNow`. */
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

function wordsFor(error: unknown): string {
  const { message, fields } = failureOf(error, ['text', 'files']);
  return message ?? Object.values(fields).join(' ');
}

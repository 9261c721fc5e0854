import type { MessageFile } from '../files/message-file.js';
import { browserStorage } from '../../state/storage.js';

/** A message on its way. */
export interface OutboxEntry {
  /** Created once: however often the message is sent, the server creates one message for it. */
  readonly clientId: string;
  readonly roomId: string;
  readonly text: string;
  /** The `seq` of the message to which it replies. */
  readonly replyTo?: number;
  /** Whether `@all` notifies everyone, if the user has decided that. */
  readonly mentionAll?: boolean;
  readonly files?: readonly MessageFile[];
  /** As of `Date.now()`; later ones are greater. */
  readonly queuedAt: number;
  /** `sent`: the server has accepted it, and the event has not arrived yet. */
  readonly state: 'waiting' | 'refused' | 'sent';
  /** Why the server refused it. */
  readonly failure?: string;
  /** Its place in the room, once sent. */
  readonly seq?: number;
}

/**
 * The messages on their way, shared by all tabs of the browser. Each has a key of its own, because tabs write at the
 * same time: with one list for all, a tab would overwrite the entries of another.
 */
export class OutboxEntries {
  readonly #prefix: string;

  constructor(userId: string) {
    this.#prefix = `carillon.outbox.${userId}.`;
  }

  has(key: string | null): boolean {
    return key === null || key.startsWith(this.#prefix);
  }

  /** The oldest first. */
  all(): readonly OutboxEntry[] {
    return browserStorage
      .keys(this.#prefix)
      .map((key) => readEntry(key))
      .filter((entry) => entry !== null)
      .toSorted((one, other) => one.queuedAt - other.queuedAt);
  }

  get(clientId: string): OutboxEntry | null {
    return readEntry(this.#prefix + clientId);
  }

  put(entry: OutboxEntry): void {
    browserStorage.write(this.#prefix + entry.clientId, entry);
  }

  remove(clientId: string): void {
    browserStorage.remove(this.#prefix + clientId);
  }
}

function readEntry(key: string): OutboxEntry | null {
  return browserStorage.read(key) as OutboxEntry | null;
}

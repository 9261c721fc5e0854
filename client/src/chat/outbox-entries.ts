import { forget, readStored, store, storedKeys } from './storage.js';

/** A message on its way. */
export interface OutboxEntry {
  /** Made once: the server shows one message for it, however often it is sent. */
  readonly clientId: string;
  readonly roomId: string;
  readonly text: string;
  /** As of `Date.now()`; later ones are greater. */
  readonly queuedAt: number;
  /** `sent` is answered, and waits for the stream to tell it. */
  readonly state: 'waiting' | 'refused' | 'sent';
  /** Why it was refused. */
  readonly failure?: string;
  /** Its place in the room, once it is sent. */
  readonly seq?: number;
}

/**
 * The messages on their way, as all tabs of the browser see them. Each has a key of its own:
 * tabs write at the same time, and one list for all would lose what the other has written.
 */
export class OutboxEntries {
  readonly #prefix: string;
  /** Those that could not be stored live as long as the page. */
  readonly #unstored = new Map<string, OutboxEntry>();

  constructor(userId: string) {
    this.#prefix = `carillon.outbox.${userId}.`;
  }

  has(key: string | null): boolean {
    return key === null || key.startsWith(this.#prefix);
  }

  /** The oldest first. */
  all(): readonly OutboxEntry[] {
    const stored = storedKeys(this.#prefix)
      .map((key) => readEntry(key))
      .filter((entry) => entry !== null);
    return [...stored, ...this.#unstored.values()].toSorted(
      (one, other) => one.queuedAt - other.queuedAt,
    );
  }

  get(clientId: string): OutboxEntry | null {
    return readEntry(this.#prefix + clientId) ?? this.#unstored.get(clientId) ?? null;
  }

  put(entry: OutboxEntry): void {
    const key = this.#prefix + entry.clientId;
    if (store(key, entry)) return void this.#unstored.delete(entry.clientId);
    // What is stored of it waits, and would be sent over and over.
    forget(key);
    this.#unstored.set(entry.clientId, entry);
  }

  remove(clientId: string): void {
    forget(this.#prefix + clientId);
    this.#unstored.delete(clientId);
  }
}

function readEntry(key: string): OutboxEntry | null {
  return readStored(key) as OutboxEntry | null;
}

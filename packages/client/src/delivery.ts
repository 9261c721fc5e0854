import type { ConnectionEvents } from './connection-options.js';
import { HandlerError } from './errors.js';
import type { Frame } from './transport.js';

/** Passes frames on to the owner of a connection, and keeps the cursor after them. */
export class Delivery {
  readonly #events: ConnectionEvents;
  #cursor: string | null;

  constructor(events: ConnectionEvents, cursor: string | null) {
    this.#events = events;
    this.#cursor = cursor;
  }

  get cursor(): string | null {
    return this.#cursor;
  }

  /** From a snapshot. */
  startAt(cursor: string): void {
    this.#cursor = cursor;
    this.#events.onSnapshot(cursor);
  }

  /** Where the application wants to continue; `null` for a snapshot. */
  continueAt(cursor: string | null): void {
    this.#cursor = cursor;
  }

  /** @throws HandlerError if the owner did not handle the event. */
  deliver({ type, data, id }: Frame): void {
    if (type === null || type === 'heartbeat') return this.#moveTo(id);
    try {
      this.#events.onEvent(type, data, id);
    } catch (error) {
      throw new HandlerError(type, error);
    }
    this.#cursor = id ?? this.#cursor;
  }

  #moveTo(id: string | null): void {
    if (id === null || id === '') return;
    this.#cursor = id;
    this.#events.onCursor(id);
  }
}

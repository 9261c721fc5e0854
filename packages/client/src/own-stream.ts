import { Connection } from './connection.js';
import type { ConnectionOptions } from './connection-options.js';
import type { Credentials } from './credentials.js';
import type { FollowStatus } from './options.js';
import type { Source, SourceEvents } from './source.js';

/** A connection that nobody shares. */
export class OwnStream implements Source {
  readonly leads = true;
  readonly #connection: Connection;

  constructor(options: ConnectionOptions, credentials: Credentials, events: SourceEvents) {
    this.#connection = new Connection(options, credentials, {
      types: events.types,
      onEvent: (type, text, id) => {
        const { cursor } = this.#connection;
        const transient = id === null || id === cursor;
        events.onEvent({ type, text, cursor: transient ? cursor : id, transient });
      },
      onCursor: () => {},
      onSnapshot: () => {},
      onStatus: events.onStatus,
    });
  }

  get status(): FollowStatus {
    return this.#connection.status;
  }

  get cursor(): string | null {
    return this.#connection.cursor;
  }

  start(): void {
    this.#connection.start();
  }

  reconnect(): void {
    this.#connection.reconnect();
  }

  setFull(full: boolean): void {
    this.#connection.setFull(full);
  }

  /** From now on, events of all types are wanted. */
  widen(): void {
    this.#connection.widen();
  }

  close(): void {
    this.#connection.close();
  }
}

import { Connection } from '../connection.js';
import type { FollowStatus } from '../options.js';
import { reporting } from '../reporting.js';
import type { SharedEvent } from './recent-events.js';
import type { SharingTab } from './shared-options.js';
import { sendable, type TabMessage } from './tab-message.js';

/** The tab that holds the connection. It passes each event on with the cursors before and after it. */
export class Leader {
  readonly leads = true;
  readonly #tab: SharingTab;
  readonly #connection: Connection;

  constructor(tab: SharingTab) {
    this.#tab = tab;
    const { options, credentials, events } = tab;
    this.#connection = new Connection(
      { ...options, cursor: events.cursor, hiddenFor: Infinity },
      credentials,
      {
        types: () => events.types,
        onEvent: (type, text, id) => this.#onEvent(type, text, id),
        onCursor: (cursor) => this.#pass({ type: null, text: '', ...this.#step(cursor) }),
        onSnapshot: (cursor) => this.#onSnapshot(cursor),
        onStatus: (status) => this.#onStatus(status),
      },
    );
  }

  start(): void {
    this.#tab.channel.send({ kind: 'leading' });
    this.#connection.start();
  }

  reconnect(): void {
    this.#connection.reconnect();
  }

  stop(): void {
    this.#connection.close();
  }

  onMessage(message: TabMessage): void {
    if (message.kind === 'since') this.#answer(message.cursor, message.from);
    if (message.kind === 'reconnect') this.#connection.reconnect();
  }

  #onEvent(type: string, text: string, id: string | null): void {
    const { events, channel } = this.#tab;
    if (id !== null && id !== events.cursor) return this.#pass({ type, text, ...this.#step(id) });
    events.applyTransient({ type, text });
    channel.send({ kind: 'transient', type, text });
  }

  #step(cursor: string): Pick<SharedEvent, 'since' | 'cursor'> {
    return { since: this.#tab.events.cursor ?? cursor, cursor };
  }

  #pass(event: SharedEvent): void {
    this.#tab.events.apply(event);
    this.#tab.channel.send({ kind: 'events', events: [event] });
  }

  #onSnapshot(cursor: string): void {
    this.#tab.events.startAt(cursor);
    // If the database was restored from a backup, cursors after its head name events that never happened.
    this.#tab.channel.send({ kind: 'restarted' });
  }

  #onStatus(status: FollowStatus): void {
    this.#tab.channel.send({ kind: 'status', status: sendable(status) });
    this.#tab.onStatus(status);
  }

  #answer(cursor: string | null, to: string): void {
    const { channel, events } = this.#tab;
    channel.send({ kind: 'status', status: sendable(this.#connection.status), to });
    if (cursor === null || events.cursor === null) return;
    const missing = events.after(cursor);
    channel.send(missing ? { kind: 'events', events: missing, to } : { kind: 'unknown', to });
    this.#welcome(to);
  }

  #welcome(to: string): void {
    const { options, channel } = this.#tab;
    const { shareTabs } = options;
    if (typeof shareTabs === 'string') return;
    const events = reporting('welcome', () => shareTabs.welcome?.());
    for (const { type, data } of events ?? [])
      channel.send({ kind: 'welcome', type, value: data, to });
  }
}

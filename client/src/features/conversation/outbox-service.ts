import { withLock } from '../../state/with-lock.js';
import type { StreamEvent } from '../../store/events.js';
import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import { memberships } from '../rooms/memberships.js';
import { postMessage } from './messages-api.js';
import { OutboxEntries, type OutboxEntry } from './outbox-entries.js';
import { Outbox } from './outbox.js';

/** The messages on their way, in all tabs of the browser. */
export const outboxEntries: Slice<readonly OutboxEntry[]> = { name: 'outbox', initial: [] };

/** The outbox of a store: `store.service(outboxService)`. */
export const outboxService = (store: Store): OutboxService => new OutboxService(store);

/** Sends when there is a connection, and removes what the stream has delivered. */
class OutboxService {
  readonly #store: Store;
  readonly #entries: OutboxEntries;
  readonly outbox: Outbox;

  constructor(store: Store) {
    this.#store = store;
    this.#entries = new OutboxEntries(store.me);
    this.outbox = new Outbox({
      entries: this.#entries,
      post: postMessage,
      withLock: withLock(`carillon.outbox.${store.me}`),
      isMember: (roomId) => this.#isMember(roomId),
      onChange: () => this.#show(),
    });
  }

  start(): () => void {
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener('online', () => this.outbox.retryNow(), { signal });
    addEventListener('storage', ({ key }) => this.#onStorage(key), { signal });
    const stops = [
      this.#store.onEvent((event) => this.#onEvent(event)),
      this.#store.onSnapshot(() => this.#onSnapshot()),
      this.#store.onStatus(({ state }) => state === 'live' && this.outbox.retryNow()),
      this.#store.onReconnect(() => this.outbox.retryNow()),
    ];
    this.#show();
    this.outbox.open();
    return () => {
      listening.abort();
      for (const stop of stops) stop();
      this.outbox.close();
    };
  }

  #show(): void {
    this.#store.update(outboxEntries, () => this.#entries.all());
  }

  #onEvent({ name, data }: StreamEvent): void {
    if (name === 'message.posted' && data.authorId === this.#store.me)
      this.outbox.confirm(data.clientId);
    if (name === 'room.left') this.outbox.removeOthers();
  }

  #onSnapshot(): void {
    this.#confirmSent();
    this.outbox.removeOthers();
  }

  /** Before the first snapshot nobody knows. */
  #isMember(roomId: string): boolean {
    return (
      this.#store.generation === 0 ||
      this.#store.partOf(memberships).some(({ room }) => room.id === roomId)
    );
  }

  #onStorage(key: string | null): void {
    if (!this.#entries.has(key)) return;
    this.#show();
    this.#confirmSent();
    this.outbox.flush();
  }

  /** The snapshot has everything up to the last message of each room. */
  #confirmSent(): void {
    const last = new Map(
      this.#store.partOf(memberships).map(({ room, lastSeq }) => [room.id, lastSeq]),
    );
    this.outbox.confirmUpTo((roomId) => last.get(roomId) ?? 0);
  }
}

import { positionOf } from '@carillon/client/cursor';
import type { Schema } from '../../api/api.js';
import { required } from '../../http/headers.js';
import { nextLink } from '../../http/link.js';
import { request } from '../../http/request.js';
import { Publisher } from '../../state/publisher.js';
import type { StreamEvent } from '../../store/events.js';
import type { Message } from '../rooms/message.js';
import { foldListed } from '../listed-messages/listed-fold.js';

/** What the list uses of a store. */
interface SavedStore {
  readonly generation: number;
  readonly onEvent: (listener: (event: StreamEvent) => void) => unknown;
  readonly onSnapshot: (listener: () => void) => unknown;
  eventsAfter(position: number): readonly StreamEvent[];
  fetch(name: string, work: () => Promise<void>): Promise<void>;
}

interface SavedPart {
  /** The last one saved first; null until they are read. */
  readonly items: readonly Message[] | null;
  /** The URL of those that were saved earlier. */
  readonly next: string | null;
  /** Whether it must be read again. */
  readonly isStale: boolean;
}

/** Messages per page. */
const PAGE = 50;

/** The list of a store: `store.service(savedList)`. Back returns to it. */
export const savedList = (store: SavedStore): SavedList => new SavedList(store);

/** The messages that the user has saved, page by page. The stream keeps them up to date. */
class SavedList {
  readonly #store: SavedStore;
  readonly #publisher = new Publisher<SavedPart>({ items: null, next: null, isStale: true });

  constructor(store: SavedStore) {
    this.#store = store;
    store.onEvent((event) => this.#publisher.set(foldSaved(this.#publisher.current, event)));
    // Events may have been missed before a snapshot.
    store.onSnapshot(() => this.expire());
  }

  readonly view = (): SavedPart => this.#publisher.published();
  readonly subscribe = (listener: () => void) => this.#publisher.subscribe(listener);

  /** The messages are read again: a hidden direct conversation has no events, so some may be edited or deleted. */
  expire(): void {
    this.#publisher.set({ isStale: true });
  }

  /** Fetches the messages, unless they are known; as many as were shown before. */
  need(): void {
    const { items, isStale } = this.#publisher.current;
    if (!isStale) return;
    void this.#store.fetch('saved messages', async () => {
      const { generation } = this.#store;
      const limit = Math.max(PAGE, items?.length ?? 0);
      const { cursor, ...page } = await readSaved(`/api/me/saved?limit=${limit}`);
      if (generation !== this.#store.generation) return;
      const read: SavedPart = { ...page, isStale: false };
      this.#publisher.set(this.#store.eventsAfter(positionOf(cursor)).reduce(foldSaved, read));
    });
  }

  async fetchOlder(url: string): Promise<void> {
    const { generation } = this.#store;
    const page = await readSaved(url);
    const { items, next } = this.#publisher.current;
    // After a second click, this page does not continue the list.
    if (generation !== this.#store.generation || next !== url || !items) return;
    const known = new Set(items.map(({ id }) => id));
    const older = this.#store
      .eventsAfter(positionOf(page.cursor))
      .reduce(withoutGone, page.items)
      .filter(({ id }) => !known.has(id));
    this.#publisher.set({ items: [...items, ...older], next: page.next });
  }
}

async function readSaved(url: string) {
  const { body, headers } = await request<Schema<'SavedMessage'>[]>(url);
  const items = body.map(({ message }) => message);
  return { items, next: nextLink(headers), cursor: required(headers, 'Last-Event-ID') };
}

function foldSaved({ items, next, isStale }: SavedPart, event: StreamEvent): SavedPart {
  // The event that saves a message does not contain it. A hidden direct conversation keeps its saved messages.
  const isIncomplete =
    event.name === 'room.left' ||
    event.name === 'room.joined' ||
    (event.name === 'saved.changed' && event.data.saved);
  return { items: items && withoutGone(items, event), next, isStale: isStale || isIncomplete };
}

const withoutGone = (items: readonly Message[], event: StreamEvent): readonly Message[] =>
  event.name === 'saved.changed' && !event.data.saved
    ? items.filter(({ id }) => id !== event.data.messageId)
    : foldListed(items, event);

import { positionOf } from '@carillon/client/cursor';
import type { StreamEvent } from '../../store/events.js';
import type { Store } from '../../store/store.js';
import { needLines } from '../lines/room-lines.js';
import { isReactionEvent } from '../rooms/with-reaction.js';
import { isReplyEvent } from '../rooms/with-reply.js';
import { histories } from './histories.js';
import {
  foldHistory,
  foldPage,
  type History,
  keptAround,
  missingPages,
  noHistory,
  type Span,
} from './history-fold.js';
import { readMessagesAfter } from './messages-api.js';

/** The messages of one page, the most that is requested at once. */
const PAGE = 100;

/** The history loader of a store: `store.service(historyLoader)`. */
export const historyLoader = (store: Store): HistoryLoader => new HistoryLoader(store);

/** Loads the messages that are in sight, and drops what is far from them. */
export class HistoryLoader {
  readonly #store: Store;
  /** Of each room that was open, the messages that were last in sight. */
  readonly #inSight = new Map<string, Span>();
  #pagesInFlight = 0;

  constructor(store: Store) {
    this.#store = store;
    // Lives as long as the store.
    store.onEvent((event) => {
      if (event.name === 'message.posted') this.#dropFarFrom(event.data.roomId, event.data.seq);
    });
  }

  /** Fetches the missing messages between two places of a room, and their lines. */
  need(roomId: string, from: number, to: number): void {
    this.#inSight.set(roomId, { from, to });
    const lines = needLines(this.#store, roomId, from, to);
    const pages = missingPages(this.#historyOf(roomId), { from, to, size: PAGE });
    for (const first of pages) {
      // Lines before the first message would move it if they arrived later.
      const precedes = first === 1 ? lines : undefined;
      void this.#store.fetch(`${roomId} ${first}`, () => this.#fetch(roomId, first, precedes));
    }
  }

  /** Fetches one message, wherever it is. */
  needOne(roomId: string, seq: number): void {
    void this.#store.fetch(`${roomId} ${seq} alone`, () => this.#add(roomId, seq, 1));
  }

  #historyOf(roomId: string): History {
    return this.#store.partOf(histories).get(roomId) ?? noHistory;
  }

  async #fetch(roomId: string, first: number, precedes?: Promise<void>): Promise<void> {
    await this.#add(roomId, first, PAGE, precedes);
    this.#dropFarFrom(roomId, first);
  }

  async #add(
    roomId: string,
    first: number,
    count: number,
    precedes?: Promise<void>,
  ): Promise<void> {
    const { generation } = this.#store;
    this.#pagesInFlight += 1;
    try {
      const page = readMessagesAfter(roomId, first - 1, count);
      const [{ body, cursor }] = await Promise.all([page, precedes]);
      if (generation !== this.#store.generation) return;
      const position = positionOf(cursor);
      const history = foldPage(this.#historyOf(roomId), body, position);
      this.#set(roomId, this.#changesSince(position, roomId).reduce(foldHistory, history));
    } finally {
      this.#pagesInFlight -= 1;
    }
  }

  /** Events that do not contain the message that they change, so they had no effect before its page arrived. */
  #changesSince(position: number, roomId: string): readonly StreamEvent[] {
    return this.#store
      .eventsAfter(position)
      .filter((event) => isReactionEvent(event) || isReplyEvent(event))
      .filter(({ data }) => data.roomId === roomId);
  }

  #dropFarFrom(roomId: string, place: number): void {
    // A page in flight may be older than what is dropped here.
    if (this.#pagesInFlight > 0) return;
    const history = this.#historyOf(roomId);
    const inSight = this.#inSight.get(roomId) ?? { from: place, to: place };
    const kept = keptAround(history, place, inSight);
    if (kept !== history) this.#set(roomId, kept);
  }

  #set(roomId: string, history: History): void {
    this.#store.update(histories, (all) => new Map(all).set(roomId, history));
  }
}

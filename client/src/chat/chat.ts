import { earliest, positionOf } from '../live/cursor.js';
import type { LiveStatus } from '../live/live-stream.js';
import { SharedStream, type Ephemeral } from '../live/shared-stream.js';
import { failureOf } from '../http/failure.js';
import { request } from '../http/request.js';
import * as api from './chat-api.js';
import { emptyChat, foldChat, withSnapshot, type ChatState } from './chat-fold.js';
import { Drafts } from './drafts.js';
import { exclusively } from './exclusively.js';
import { factNames, type ChatEvents, type Fact } from './facts.js';
import {
  foldPage,
  keptAround,
  missingPages,
  noHistory,
  type History,
  type Span,
} from './history-fold.js';
import { foldMembers, type RoomMembers } from './members-fold.js';
import type { Message } from './message.js';
import { OneAtATime } from './one-at-a-time.js';
import { OutboxEntries, type OutboxEntry } from './outbox-entries.js';
import { Outbox } from './outbox.js';
import { withUsers } from './people-fold.js';
import { foldPresence } from './presence.js';
import { Publisher } from './publisher.js';
import { fetchSnapshot } from './snapshot.js';
import { Typing } from './typing.js';

export interface ChatView {
  readonly status: LiveStatus;
  readonly state: ChatState;
  /** The first snapshot has come. */
  readonly loaded: boolean;
  readonly loadFailure: string | null;
  readonly online: ReadonlySet<string>;
  readonly outbox: readonly OutboxEntry[];
  /** Grows when someone begins to type, or is no longer. */
  readonly typing: number;
  /** Grows when something that was needed did not come: whoever still needs it asks again. */
  readonly failures: number;
}

/** A page of history; the most that is asked for at once. */
const PAGE = 100;

/**
 * All that a person sees of their rooms, for `useSyncExternalStore`: the snapshot, folded with
 * the stream that all tabs share, and what is on its way to the server.
 */
export class Chat {
  readonly me: string;
  readonly drafts: Drafts;
  readonly typing: Typing;
  readonly #publisher: Publisher<ChatView>;
  readonly #entries: OutboxEntries;
  readonly outbox: Outbox;
  readonly #factListeners = new Set<(fact: Fact) => void>();
  /** What has been heard lately, for what is read while the stream goes on. */
  #heard: Fact[] = [];
  readonly #fetching = new OneAtATime(() => this.#set({ failures: this.#view.failures + 1 }));
  /** Of each room that was open, the messages that were in sight last. */
  readonly #inSight = new Map<string, Span>();
  #pagesUnderWay = 0;
  /** Which snapshot it is: what was asked for under another may have missed something. */
  #generation = 0;
  #stream: SharedStream | null = null;

  constructor(me: string) {
    this.me = me;
    this.drafts = new Drafts(me);
    this.#entries = new OutboxEntries(me);
    this.#publisher = new Publisher<ChatView>({
      status: { state: 'connecting' },
      state: emptyChat(me),
      loaded: false,
      loadFailure: null,
      online: new Set(),
      outbox: this.#entries.all(),
      typing: 0,
      failures: 0,
    });
    this.typing = new Typing(() => this.#set({ typing: this.#view.typing + 1 }));
    this.outbox = new Outbox({
      entries: this.#entries,
      post: api.postMessage,
      exclusively: exclusively(`carillon.outbox.${me}`),
      onChange: () => this.#set({ outbox: this.#entries.all() }),
    });
  }

  readonly view = (): ChatView => this.#publisher.published;
  readonly subscribe = (listener: () => void): (() => void) => this.#publisher.subscribe(listener);

  /** As of the last fact; what `view` shows may be a frame behind. */
  get state(): ChatState {
    return this.#view.state;
  }

  readonly onFact = (listener: (fact: Fact) => void): (() => void) => {
    this.#factListeners.add(listener);
    return () => this.#factListeners.delete(listener);
  };

  /** Whether this tab speaks for all tabs of the browser. */
  get leads(): boolean {
    return this.#stream?.leads ?? false;
  }

  /** Follows until the returned function is called. */
  readonly start = (): (() => void) => {
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener('online', () => this.outbox.flush(), { signal });
    addEventListener('storage', ({ key }) => this.#onStorage(key), { signal });
    const stream = new SharedStream({
      name: `carillon.stream.${this.me}`,
      url: '/api/events',
      facts: factNames,
      ephemerals: ['typing', 'presence'],
      snapshot: (signal) => this.#readSnapshot(signal),
      onFact: (name, data, cursor) =>
        this.#hear({ name, data, position: positionOf(cursor) } as Fact),
      onEphemeral: (ephemeral) => this.#hearNow(ephemeral),
      onStatus: (status) => this.#onStatus(status),
      present: () => [
        {
          name: 'presence',
          data: { online: [...this.#view.online], offline: [], complete: true },
        },
      ],
    });
    this.#stream = stream;
    this.outbox.flush();
    return () => {
      listening.abort();
      stream.close();
      this.outbox.close();
      this.typing.close();
    };
  };

  readonly reconnect = (): void => {
    this.#stream?.reconnect();
    this.outbox.flush();
  };

  /** Sees to it that the messages from one place of a room to another are here. */
  need(roomId: string, from: number, to: number): void {
    this.#inSight.set(roomId, { from, to });
    const pages = missingPages(this.#historyOf(roomId), { from, to, size: PAGE });
    for (const first of pages)
      void this.#fetching.do(`${this.#generation} ${roomId} ${first}`, () =>
        this.#page(roomId, first),
      );
  }

  needMembers(roomId: string): void {
    if (this.#view.state.members.has(roomId)) return;
    void this.#fetching.do(`${this.#generation} members of ${roomId}`, () =>
      this.#readMembers(roomId),
    );
  }

  needPerson(userId: string): void {
    if (this.#view.state.people.has(userId)) return;
    void this.#fetching.do(`person ${userId}`, async () => {
      const user = await api.fetchPerson(userId);
      this.#update((state) => ({ ...state, people: withUsers(state.people, [user]) }));
    });
  }

  /** Of a large directory, only the newest are here from the beginning. */
  needPeople(begun: string): void {
    if (!/^[a-z0-9._-]{1,32}$/i.test(begun)) return;
    void this.#fetching.do(`people ${begun}`, async () => {
      const users = await api.findPeople(begun);
      this.#update((state) => ({ ...state, people: withUsers(state.people, users) }));
    });
  }

  get #view(): ChatView {
    return this.#publisher.current;
  }

  #historyOf(roomId: string): History {
    return this.#view.state.histories.get(roomId) ?? noHistory;
  }

  async #readSnapshot(signal: AbortSignal): Promise<string> {
    try {
      const { parts, people, cursor } = await fetchSnapshot(signal);
      this.#heard = [];
      this.#generation += 1;
      this.#update((state) => ({
        ...withSnapshot(state, parts),
        people: withUsers(state.people, people),
      }));
      this.#set({ loaded: true, loadFailure: null });
      this.#confirmSent();
      return cursor;
    } catch (error) {
      if (!signal.aborted) this.#set({ loadFailure: failureOf(error).message });
      throw error;
    }
  }

  #hear(fact: Fact): void {
    this.#heard.push(fact);
    if (this.#heard.length > 4_000) this.#heard = this.#heard.slice(-2_000);
    this.#update((state) => foldChat(state, fact));
    this.#endTyping(fact);
    if (fact.name === 'message.posted') this.#heardPosted(fact.data);
    for (const listener of this.#factListeners) listener(fact);
  }

  #heardPosted({ roomId, seq, authorId, clientId }: Message): void {
    if (authorId === this.me) this.outbox.confirm(clientId);
    this.#forgetFarFrom(roomId, seq);
  }

  #endTyping({ name, data }: Fact): void {
    if (name === 'message.posted') this.typing.end(data.roomId, data.authorId);
    if (name === 'member.left') this.typing.end(data.roomId, data.userId);
    if (name === 'room.left') this.typing.endAll(data.roomId);
  }

  #hearNow({ name, data }: Ephemeral): void {
    if (name === 'presence') {
      this.#set({ online: foldPresence(this.#view.online, data as ChatEvents['presence']) });
      return;
    }
    const { roomId, userId } = data as ChatEvents['typing'];
    if (userId !== this.me) this.typing.begin(roomId, userId);
  }

  #onStatus(status: LiveStatus): void {
    this.#set({ status });
    if (status.state === 'live') this.outbox.flush();
    // The browser does not tell why a stream has ended; a 401 here is heard by the session.
    // Later: where the password was changed, the cookie of the new session may be on its way.
    if (status.state === 'reconnecting' && this.leads)
      setTimeout(() => request('/api/session').catch(() => {}), 500);
  }

  #onStorage(key: string | null): void {
    if (!this.#entries.has(key)) return;
    this.#set({ outbox: this.#entries.all() });
    this.#confirmSent();
    this.outbox.flush();
  }

  #confirmSent(): void {
    const { part } = this.#view.state.memberships;
    const last = new Map(part.map(({ room, lastSeq }) => [room.id, lastSeq]));
    this.outbox.confirmUpTo((roomId) => last.get(roomId) ?? 0);
  }

  async #page(roomId: string, first: number): Promise<void> {
    const generation = this.#generation;
    this.#pagesUnderWay += 1;
    try {
      const { body, cursor } = await api.fetchMessagesAfter(roomId, first - 1, PAGE);
      if (generation !== this.#generation) return;
      this.#setHistory(roomId, foldPage(this.#historyOf(roomId), body, positionOf(cursor)));
    } finally {
      this.#pagesUnderWay -= 1;
    }
    this.#forgetFarFrom(roomId, first);
  }

  #forgetFarFrom(roomId: string, place: number): void {
    // A page on its way may be older than what is forgotten here.
    if (this.#pagesUnderWay > 0) return;
    const history = this.#historyOf(roomId);
    const kept = keptAround(
      history,
      place,
      this.#inSight.get(roomId) ?? { from: place, to: place },
    );
    if (kept !== history) this.#setHistory(roomId, kept);
  }

  #setHistory(roomId: string, history: History): void {
    this.#update((state) => ({
      ...state,
      histories: new Map(state.histories).set(roomId, history),
    }));
  }

  async #readMembers(roomId: string): Promise<void> {
    const generation = this.#generation;
    const { members, invitations } = await api.fetchMembers(roomId);
    if (generation !== this.#generation) return;
    const position = positionOf(earliest([members.cursor, invitations.cursor]));
    const part = { members: members.body, invitations: invitations.body };
    // Those that came while it was read; the fold is safe to repeat.
    const later = this.#heard.filter((fact) => fact.position > position);
    const known = later.reduce<RoomMembers>((room, fact) => foldMembers(room, fact, roomId), part);
    const heard = Math.max(position, later.at(-1)?.position ?? 0);
    this.#update((state) => ({
      ...state,
      members: new Map(state.members).set(roomId, { part: known, position: heard }),
    }));
  }

  #update(to: (state: ChatState) => ChatState): void {
    this.#set({ state: to(this.#view.state) });
  }

  #set(part: Partial<ChatView>): void {
    this.#publisher.set(part);
  }
}

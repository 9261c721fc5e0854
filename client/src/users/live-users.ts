import type { EventsOf } from '../api/api.js';
import { failureOf } from '../http/failure.js';
import { openLiveStream, type LiveStatus, type LiveStream } from '../live/live-stream.js';
import type { Names, User } from './user.js';
import { createUser, fetchPage, fetchSnapshot, removeUser, updateUser } from './users-api.js';
import {
  foldPage,
  foldRemove,
  foldUpdate,
  fromPage,
  noUsers,
  type Change,
  type Facts,
  type Folded,
  type UserRows,
} from './users-fold.js';

export interface UsersView {
  readonly status: LiveStatus;
  readonly users: UserRows;
  /** The first snapshot has come. */
  readonly loaded: boolean;
  /** Why there is no snapshot yet. */
  readonly loadFailure: string | null;
  readonly loadingOlder: boolean;
  readonly olderFailure: string | null;
  /** How many have arrived before the reader's eyes. */
  readonly arrivals: number;
}

/** A burst of events is shown once per frame, as each render costs as much as the list is long. */
const FRAME = 16;

/**
 * The users as they are now, for `useSyncExternalStore`.
 *
 * The stream has the last word on every user. What a request brings is only taken where the
 * stream has said nothing since the request began: whatever it has yet to say will still come,
 * and whatever it has said must not be undone.
 */
export class LiveUsers {
  #view: UsersView = {
    status: { state: 'connecting' },
    users: noUsers,
    loaded: false,
    loadFailure: null,
    loadingOlder: false,
    olderFailure: null,
    arrivals: 0,
  };
  #published = this.#view;
  #frame: ReturnType<typeof setTimeout> | undefined;
  #stream: LiveStream | null = null;
  #olderRequest: AbortController | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #changeListeners = new Set<(change: Change) => void>();
  readonly #recordings = new Set<Map<string, User | null>>();

  /** Follows the users until the returned function is called. */
  readonly start = (): (() => void) => {
    const stream = openLiveStream<Pick<EventsOf<'subscribeToUsers'>, 'update' | 'remove'>>({
      url: '/api/users/event',
      snapshot: (signal) => this.#loadSnapshot(signal),
      on: {
        update: (user) => this.#hear(user.id, user),
        remove: ({ id }) => this.#hear(id, null),
      },
      onStatus: (status) => this.#set({ status }),
    });
    this.#stream = stream;
    return () => {
      stream.close();
      this.#olderRequest?.abort();
      clearTimeout(this.#frame);
      this.#frame = undefined;
    };
  };

  readonly view = (): UsersView => this.#published;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Tells of each change as it happens. What a snapshot or an older page brings is none. */
  readonly onChange = (listener: (change: Change) => void): (() => void) => {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  };

  readonly reconnect = (): void => this.#stream?.reconnect();

  create(names: Names, idempotencyKey: string): Promise<void> {
    return this.#ask(
      () => createUser(names, idempotencyKey),
      (user, facts) => this.#foldAnswer(user, facts),
    );
  }

  update(id: string, names: Partial<Names>, etag: string): Promise<void> {
    return this.#ask(
      () => updateUser(id, names, etag),
      (user, facts) => this.#foldAnswer(user, facts),
    );
  }

  async remove(id: string, etag: string): Promise<void> {
    await removeUser(id, etag);
    this.forget(id);
  }

  /** Takes a user off the page who turned out to be removed, without waiting for the stream. */
  forget(id: string): void {
    this.#fold(foldRemove(this.#view.users, id));
    this.#publish();
  }

  async loadOlder(): Promise<void> {
    const { older } = this.#view.users;
    if (!older || this.#olderRequest) return;
    const request = new AbortController();
    this.#olderRequest = request;
    this.#set({ loadingOlder: true, olderFailure: null });
    try {
      await this.#ask(
        () => fetchPage(older.url, request.signal),
        ({ page }, facts) => this.#set({ users: foldPage(this.#view.users, page, facts) }),
      );
    } catch (error) {
      if (!request.signal.aborted) this.#set({ olderFailure: failureOf(error).message });
    } finally {
      if (this.#olderRequest === request) {
        this.#olderRequest = null;
        this.#set({ loadingOlder: false });
      }
    }
  }

  async #loadSnapshot(signal: AbortSignal): Promise<string> {
    try {
      const { page, cursor } = await fetchSnapshot(signal);
      // What was asked before it is older than it, or yet to come over the stream.
      this.#recordings.clear();
      this.#olderRequest?.abort();
      this.#set({ users: fromPage(page), loaded: true, loadFailure: null });
      return cursor;
    } catch (error) {
      if (!signal.aborted) this.#set({ loadFailure: failureOf(error).message });
      throw error;
    }
  }

  #hear(id: string, user: User | null): void {
    for (const facts of this.#recordings) facts.set(id, user);
    const { users } = this.#view;
    this.#fold(user ? foldUpdate(users, user) : foldRemove(users, id));
  }

  /** Applies an answer with the facts that the stream brought while it was under way. */
  async #ask<T>(request: () => Promise<T>, apply: (answer: T, facts: Facts) => void) {
    const facts = new Map<string, User | null>();
    this.#recordings.add(facts);
    try {
      const answer = await request();
      if (this.#recordings.has(facts)) apply(answer, facts);
      this.#publish();
    } finally {
      this.#recordings.delete(facts);
    }
  }

  #foldAnswer(user: User, facts: Facts): void {
    if (!facts.has(user.id)) this.#fold(foldUpdate(this.#view.users, user));
  }

  #fold({ users, change }: Folded): void {
    const arrivals = this.#view.arrivals + (change?.kind === 'arrived' ? 1 : 0);
    this.#set({ users, arrivals });
    if (change) for (const listener of this.#changeListeners) listener(change);
  }

  #set(part: Partial<UsersView>): void {
    this.#view = { ...this.#view, ...part };
    this.#frame ??= setTimeout(() => this.#publish(), FRAME);
  }

  #publish(): void {
    clearTimeout(this.#frame);
    this.#frame = undefined;
    this.#published = this.#view;
    for (const listener of this.#listeners) listener();
  }
}

import { follow, type Following, type FollowStatus } from '@carillon/client';
import type { EventsOf } from '../../api/api.js';
import { failureOf } from '../../http/failure.js';
import { Listeners } from '../../state/listeners.js';
import { Publisher } from '../../state/publisher.js';
import type { Names, User } from '../people/user.js';
import { createUser, removeUser, updateUser } from '../people/users-api.js';
import { fetchPage, fetchSnapshot } from './directory-api.js';
import {
  type Change,
  type Folded,
  foldPage,
  foldRemove,
  foldUpdate,
  fromPage,
  type LatestById,
  noUsers,
  type UserRows,
} from './users-fold.js';

type UserEvents = Pick<EventsOf<'subscribeToUsers'>, 'update' | 'remove'>;

export interface UsersView {
  readonly status: FollowStatus;
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

/**
 * The users as they are now, for `useSyncExternalStore`.
 *
 * The stream has the last word on every user. What a request brings is only taken where the
 * stream has said nothing since the request began: whatever it has yet to say will still come,
 * and whatever it has said must not be undone.
 */
export class LiveUsers {
  readonly #publisher = new Publisher<UsersView>({
    status: { state: 'connecting' },
    users: noUsers,
    loaded: false,
    loadFailure: null,
    loadingOlder: false,
    olderFailure: null,
    arrivals: 0,
  });
  #stream: Following<UserEvents> | null = null;
  #olderRequest: AbortController | null = null;
  readonly #changeListeners = new Listeners<[Change]>();
  readonly #recordings = new Set<Map<string, User | null>>();

  /** Follows the users until the returned function is called. */
  readonly start = (): (() => void) => {
    const stream = follow<UserEvents>({
      url: '/api/users/event',
      snapshot: ({ signal }) => this.#loadSnapshot(signal),
      on: {
        update: (user) => this.#receive(user.id, user),
        remove: ({ id }) => this.#receive(id, null),
      },
      onStatus: (status) => this.#set({ status }),
      // A proxy may answer with a 4xx that passes.
      onError: () => ({}),
    });
    this.#stream = stream;
    return () => {
      stream.close();
      this.#olderRequest?.abort();
      this.#publisher.stop();
    };
  };

  readonly view = this.#publisher.published;
  readonly subscribe = this.#publisher.subscribe;

  /** Reports each change as it happens; a snapshot or an older page is not a change. */
  readonly onChange = (listener: (change: Change) => void): (() => void) =>
    this.#changeListeners.add(listener);

  readonly reconnect = (): void => this.#stream?.reconnect();

  create(names: Names, idempotencyKey: string): Promise<void> {
    return this.#request(
      () => createUser(names, idempotencyKey),
      (user, latest) => this.#foldResponse(user, latest),
    );
  }

  update(id: string, names: Partial<Names>, etag: string): Promise<void> {
    return this.#request(
      () => updateUser(id, names, etag),
      (user, latest) => this.#foldResponse(user, latest),
    );
  }

  async remove(id: string, etag: string): Promise<void> {
    await removeUser(id, etag);
    this.forget(id);
  }

  /** Takes a user off the page who turned out to be removed, without waiting for the stream. */
  forget(id: string): void {
    this.#fold(foldRemove(this.#view.users, id));
    this.#publisher.publish();
  }

  async loadOlder(): Promise<void> {
    const { older } = this.#view.users;
    if (!older || this.#olderRequest) return;
    const request = new AbortController();
    this.#olderRequest = request;
    this.#set({ loadingOlder: true, olderFailure: null });
    try {
      await this.#request(
        () => fetchPage(older.url, request.signal),
        ({ page }, latest) => this.#set({ users: foldPage(this.#view.users, page, latest) }),
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

  #receive(id: string, user: User | null): void {
    for (const latest of this.#recordings) latest.set(id, user);
    const { users } = this.#view;
    this.#fold(user ? foldUpdate(users, user) : foldRemove(users, id));
  }

  /** Applies an response with the latest that the stream brought while it was under way. */
  async #request<T>(request: () => Promise<T>, apply: (response: T, latest: LatestById) => void) {
    const latest = new Map<string, User | null>();
    this.#recordings.add(latest);
    try {
      const response = await request();
      if (this.#recordings.has(latest)) apply(response, latest);
      this.#publisher.publish();
    } finally {
      this.#recordings.delete(latest);
    }
  }

  #foldResponse(user: User, latest: LatestById): void {
    if (!latest.has(user.id)) this.#fold(foldUpdate(this.#view.users, user));
  }

  #fold({ users, change }: Folded): void {
    const arrivals = this.#view.arrivals + (change?.kind === 'arrived' ? 1 : 0);
    this.#set({ users, arrivals });
    if (change) this.#changeListeners.notify(change);
  }

  get #view(): UsersView {
    return this.#publisher.current;
  }

  #set(part: Partial<UsersView>): void {
    this.#publisher.set(part);
  }
}

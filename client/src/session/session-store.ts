import { forget, storedKeys } from '../chat/storage.js';
import { hasStatus } from '../http/problem.js';
import { onSignedOut } from '../http/signed-out.js';
import { Backoff } from '../live/backoff.js';
import {
  changePassword,
  deleteAccount,
  fetchSession,
  signIn,
  signOut,
  type AccountDeletion,
  type Credentials,
  type PasswordChange,
} from './session-api.js';
import type { CurrentSession } from './session.js';

export type SessionView =
  | { readonly state: 'unknown' }
  | { readonly state: 'signed out' }
  | {
      readonly state: 'signed in';
      readonly who: CurrentSession;
      /** The sign-in was on the page before. */
      readonly justNow: boolean;
    };

/** Milliseconds between the end of a session and the cookie of the one that takes its place, at the most. */
const COOKIE_GRACE = 500;

/** Who is signed in in this browser, for `useSyncExternalStore`; the same in all of its tabs. */
export class SessionStore {
  #view: SessionView = { state: 'unknown' };
  #channel: BroadcastChannel | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #backoff = new Backoff();
  /** It was another tab that has told. */
  #following = false;
  /** A new session is on its way, and takes the place of the one that ends. */
  #replacing = false;

  /** Keeps up with the other tabs until the returned function is called. */
  readonly start = (): (() => void) => {
    const stop = onSignedOut(() => this.#onSignedOut());
    this.#channel =
      'BroadcastChannel' in globalThis ? new BroadcastChannel('carillon.session') : null;
    this.#channel?.addEventListener('message', () => void this.#follow());
    void this.#check();
    return () => {
      stop();
      this.#channel?.close();
      this.#channel = null;
    };
  };

  readonly view = (): SessionView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async signIn(credentials: Credentials): Promise<void> {
    const who = await signIn(credentials);
    this.#enter(who);
    this.#channel?.postMessage('changed');
  }

  async signOut(): Promise<void> {
    try {
      await signOut();
    } catch (error) {
      if (!hasStatus(error, 401)) throw error;
    }
    this.#leave();
  }

  async deleteAccount(account: AccountDeletion): Promise<void> {
    await deleteAccount(account);
    this.#forgetStored();
    this.#leave();
  }

  /** Drafts, messages that were not sent, settings. */
  #forgetStored(): void {
    if (this.#view.state !== 'signed in') return;
    const { id } = this.#view.who.user;
    for (const key of storedKeys('carillon.')) if (key.includes(id)) forget(key);
  }

  #leave(): void {
    this.#set({ state: 'signed out' });
    this.#channel?.postMessage('changed');
  }

  async changePassword(passwords: PasswordChange): Promise<void> {
    this.#replacing = true;
    try {
      this.#enter(await changePassword(passwords));
      this.#channel?.postMessage('changed');
    } finally {
      this.#replacing = false;
    }
  }

  /** It has ended. Another tab may have changed the password, and the cookie of the new session may be on its way. */
  readonly recheck = (): void => {
    if (!this.#replacing) setTimeout(() => void this.#check(), COOKIE_GRACE);
  };

  /** Of all tabs, the first one to hear of it tells the others. */
  #onSignedOut(): void {
    if (this.#replacing) return;
    const isNews = this.#view.state === 'signed in' && !this.#following;
    this.#set({ state: 'signed out' });
    if (isNews) this.#channel?.postMessage('changed');
  }

  async #follow(): Promise<void> {
    this.#following = true;
    await this.#check();
    this.#following = false;
  }

  async #check(): Promise<void> {
    try {
      const who = await fetchSession();
      this.#backoff.reset();
      this.#enter(who);
    } catch (error) {
      if (hasStatus(error, 401)) return;
      // Nobody knows yet, so what was shown stays.
      setTimeout(() => void this.#check(), this.#backoff.next());
    }
  }

  #enter(who: CurrentSession): void {
    this.#set({ state: 'signed in', who, justNow: this.#view.state === 'signed out' });
  }

  #set(view: SessionView): void {
    if (view.state === 'signed out' && this.#view.state === 'signed out') return;
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}

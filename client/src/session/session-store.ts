import { Backoff } from '@carillon/client/backoff';
import { hasStatus } from '../http/problem.js';
import { onSignedOut } from '../http/signed-out.js';
import { Listeners } from '../state/listeners.js';
import { browserStorage } from '../state/storage.js';
import { forget } from './forget.js';
import {
  changePassword,
  type Credentials,
  endRefusedSession,
  fetchSession,
  type PasswordChange,
  signIn,
  signOut,
} from './session-api.js';
import type { CurrentSession } from './session.js';

/** The browser does not store the cookie of the session. */
export class CookieRefusedError extends Error {
  override readonly name = 'CookieRefusedError';
}

/** Why a session is over that the user has not ended in this browser. */
export type SessionEnd = 'revoked' | 'unknown';

export type SessionView =
  | {
      readonly state: 'unknown';
      /** The server did not respond to the first check. */
      readonly isUnreachable: boolean;
    }
  | {
      readonly state: 'signed out';
      /** The user was signed in on this page before. */
      readonly justNow: boolean;
      /** Null if the user signed out in this browser, or was not signed in. */
      readonly end: SessionEnd | null;
    }
  | {
      readonly state: 'signed in';
      readonly who: CurrentSession;
      /** The page showed the sign-in before. */
      readonly justNow: boolean;
    };

/** The cookie of a new session arrives at most this long after the end of the old one, in ms. */
const COOKIE_GRACE = 500;

/** What a tab reports to the others. `left`: the user has signed out. */
type Change = 'changed' | 'left';

const WAS_SIGNED_IN = 'carillon.was-signed-in';

/** Whether a user was signed in when this browser last knew. */
export const wasSignedIn = (): boolean => browserStorage.read(WAS_SIGNED_IN) === true;

/** The user who is signed in in this browser, for `useSyncExternalStore`; the same in all tabs. */
export class SessionStore {
  #view: SessionView = { state: 'unknown', isUnreachable: false };
  #channel: BroadcastChannel | null = null;
  readonly #listeners = new Listeners();
  readonly #backoff = new Backoff();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  /** Another tab reported the change. */
  #following = false;
  /** A new session is about to replace the current one. */
  #replacing = false;
  /** The user who is signed in, or was last. A request can report the end of the session before the sign-out does. */
  #lastUser: string | null = null;

  /** Follows the other tabs until the returned function is called. */
  readonly start = (): (() => void) => {
    const stop = onSignedOut(() => this.#onSignedOut());
    this.#channel =
      'BroadcastChannel' in globalThis ? new BroadcastChannel('carillon.session') : null;
    this.#channel?.addEventListener('message', ({ data }) => this.#onOtherTab(data as Change));
    this.#stopped = false;
    void this.#check();
    return () => {
      stop();
      this.#stopped = true;
      clearTimeout(this.#timer);
      this.#channel?.close();
      this.#channel = null;
    };
  };

  readonly view = (): SessionView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  async signIn(credentials: Credentials): Promise<void> {
    const session = await signIn(credentials);
    if (await isCookieRefused()) {
      await endRefusedSession(session).catch(() => {});
      throw new CookieRefusedError();
    }
    this.#enter(session);
    this.#channel?.postMessage('changed' satisfies Change);
  }

  async signOut(): Promise<void> {
    try {
      await signOut();
    } catch (error) {
      if (!hasStatus(error, 401)) throw error;
    }
    this.leave();
  }

  /** Ends the session in all tabs, after the server has ended it. */
  leave(): void {
    this.#endHere();
    this.#channel?.postMessage('left' satisfies Change);
  }

  /** Others may use this browser next: what was typed and not sent must not stay in it. */
  #endHere(): void {
    const user = this.#lastUser;
    this.#set({ state: 'signed out', justNow: this.#wasIn(), end: null });
    // After the listeners have stopped what would store more.
    if (user !== null) forget(user, 'carillon.draft');
  }

  async changePassword(passwords: PasswordChange): Promise<void> {
    this.#replacing = true;
    try {
      this.#enter(await changePassword(passwords));
      this.#channel?.postMessage('changed' satisfies Change);
    } finally {
      this.#replacing = false;
    }
  }

  /** The session has ended. If another tab changed the password, the cookie of the new session may still be on its way. */
  readonly recheck = (): void => {
    if (!this.#replacing) this.#checkAfter(COOKIE_GRACE);
  };

  /** The first tab to notice informs the others. */
  #onSignedOut(): void {
    if (this.#replacing || this.#view.state === 'signed out') return;
    const isNews = this.#view.state === 'signed in' && !this.#following;
    const end = endOf(this.#view);
    this.#set({ state: 'signed out', justNow: this.#wasIn(), end });
    if (isNews) this.#channel?.postMessage('changed' satisfies Change);
  }

  #wasIn(): boolean {
    const view = this.#view;
    return view.state === 'signed in' || (view.state === 'signed out' && view.justNow);
  }

  #onOtherTab(change: Change): void {
    if (change === 'left') this.#endHere();
    else void this.#follow();
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
      // Unknown yet: the page stays as it is.
      if (this.#view.state === 'unknown') this.#set({ state: 'unknown', isUnreachable: true });
      this.#checkAfter(this.#backoff.next());
    }
  }

  /** Replaces the check that is already planned. */
  #checkAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#check(), milliseconds);
  }

  #enter(who: CurrentSession): void {
    const { state } = this.#view;
    // A check that was planned before the sign-in may end after it.
    const justNow = state === 'signed out' || (state === 'signed in' && this.#view.justNow);
    this.#lastUser = who.user.id;
    this.#set({ state: 'signed in', who, justNow });
  }

  #set(view: SessionView): void {
    this.#view = view;
    if (view.state === 'signed in') browserStorage.write(WAS_SIGNED_IN, true);
    if (view.state === 'signed out') browserStorage.remove(WAS_SIGNED_IN);
    this.#listeners.notify();
  }
}

/** Whether the browser does not send the cookie of the session that has just started. */
async function isCookieRefused(): Promise<boolean> {
  return fetchSession().then(
    () => false,
    (error: unknown) => hasStatus(error, 401),
  );
}

/** A session of an open page is in use: before it expires, only the user can have ended it. */
function endOf(view: SessionView): SessionEnd | null {
  if (view.state !== 'signed in') return wasSignedIn() ? 'unknown' : null;
  const expiresAt = view.who.session?.expiresAt;
  return expiresAt !== undefined && Date.parse(expiresAt) > Date.now() ? 'revoked' : 'unknown';
}

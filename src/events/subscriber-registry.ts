import type { Caller } from '../http/caller.js';
import type { Channel } from './channel.js';
import { SetIndex } from './set-index.js';

/** What the registry has to know of an open stream. */
export interface Subscriber {
  readonly channel: Pick<Channel, 'view'>;
  /** Who has opened it; `undefined` when nobody signed in. */
  readonly caller: Caller | undefined;
}

/** All open streams of a process, found by session, by channel, and by the user whose permissions they follow. */
export class SubscriberRegistry<S extends Subscriber> {
  readonly #all = new Set<S>();
  readonly #bySignIn = new SetIndex<string, S>();
  readonly #byChannel = new SetIndex<S['channel'], S>();
  readonly #byUser = new SetIndex<string, S>();

  get all(): ReadonlySet<S> {
    return this.#all;
  }

  /** Those who have a stream of a view of their own. */
  get users(): Iterable<string> {
    return this.#byUser.keys();
  }

  hasUser(userId: string): boolean {
    return this.#byUser.has(userId);
  }

  /** @param id of a session, or of a user whom a token of another issuer speaks for. */
  ofSignIn(id: string): ReadonlySet<S> {
    return this.#bySignIn.get(id);
  }

  ofChannel(channel: S['channel']): ReadonlySet<S> {
    return this.#byChannel.get(channel);
  }

  add(subscriber: S): void {
    const { channel, caller } = subscriber;
    this.#all.add(subscriber);
    this.#byChannel.add(channel, subscriber);
    if (caller) this.#bySignIn.add(signInOf(caller), subscriber);
    if (channel.view.person) this.#byUser.add(channel.view.person.userId, subscriber);
  }

  delete(subscriber: S): void {
    const { channel, caller } = subscriber;
    this.#all.delete(subscriber);
    this.#byChannel.delete(channel, subscriber);
    if (caller) this.#bySignIn.delete(signInOf(caller), subscriber);
    if (channel.view.person) this.#byUser.delete(channel.view.person.userId, subscriber);
  }
}

/** The session of a caller; the id of the user where there is none. */
export const signInOf = ({ sessionId, userId }: Caller): string => sessionId ?? userId;

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
  readonly #bySession = new SetIndex<string, S>();
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

  ofSession(sessionId: string): ReadonlySet<S> {
    return this.#bySession.get(sessionId);
  }

  ofChannel(channel: S['channel']): ReadonlySet<S> {
    return this.#byChannel.get(channel);
  }

  add(subscriber: S): void {
    const { channel, caller } = subscriber;
    this.#all.add(subscriber);
    this.#byChannel.add(channel, subscriber);
    if (caller?.sessionId) this.#bySession.add(caller.sessionId, subscriber);
    if (channel.view.person) this.#byUser.add(channel.view.person.userId, subscriber);
  }

  delete(subscriber: S): void {
    const { channel, caller } = subscriber;
    this.#all.delete(subscriber);
    this.#byChannel.delete(channel, subscriber);
    if (caller?.sessionId) this.#bySession.delete(caller.sessionId, subscriber);
    if (channel.view.person) this.#byUser.delete(channel.view.person.userId, subscriber);
  }
}

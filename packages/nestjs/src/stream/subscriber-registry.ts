import { Injectable } from '@nestjs/common';
import { type Observable, Subject } from 'rxjs';
import type { Caller } from './subscriber.js';
import type { Channel } from './channel.js';
import { SetIndex } from './set-index.js';
import type { StreamSubscription } from './stream-subscription.js';
import { isUserView, type UserView } from './stream-view.js';

/** What the registry has to know of an open stream. */
export interface Registered {
  readonly channel: Pick<Channel, 'view'>;
  /** `undefined` for an anonymous subscriber. */
  readonly caller: Caller | undefined;
}

/** All open streams of a process, found by session, by channel, and by the user whose permissions they follow. */
@Injectable()
export class SubscriberRegistry<S extends Registered = StreamSubscription> {
  readonly #all = new Set<S>();
  readonly #bySignIn = new SetIndex<string, S>();
  readonly #byChannel = new SetIndex<S['channel'], S>();
  readonly #byUser = new SetIndex<string, S>();
  readonly #arrivals = new Subject<UserView>();
  readonly #departures = new Subject<string>();

  get all(): ReadonlySet<S> {
    return this.#all;
  }

  /** Users with an open stream of a view of their own. */
  get users(): Iterable<string> {
    return this.#byUser.keys();
  }

  hasUser(userId: string): boolean {
    return this.#byUser.has(userId);
  }

  /** The views of a user that are open. */
  viewsOf(userId: string): UserView[] {
    const views = new Set(Array.from(this.#byUser.get(userId), ({ channel }) => channel.view));
    return [...views].filter(isUserView);
  }

  /** Emits the view of a user each time that one of their streams becomes live. */
  get arrivals(): Observable<UserView> {
    return this.#arrivals;
  }

  /** Emits a user whose last stream has ended. */
  get departures(): Observable<string> {
    return this.#departures;
  }

  /** @param id of a session, or of a user who signed in without one. */
  ofSignIn(id: string): Iterable<S> {
    return this.#bySignIn.get(id);
  }

  ofChannel(channel: S['channel']): Iterable<S> {
    return this.#byChannel.get(channel);
  }

  add(subscription: S): void {
    const { channel, caller } = subscription;
    this.#all.add(subscription);
    this.#byChannel.add(channel, subscription);
    if (caller) this.#bySignIn.add(signInOf(caller), subscription);
    if (channel.view.user) this.#byUser.add(channel.view.user.userId, subscription);
  }

  /** Announces that a stream has become live. */
  arrive(subscription: S): void {
    const { view } = subscription.channel;
    if (isUserView(view)) this.#arrivals.next(view);
  }

  delete(subscription: S): void {
    const { channel, caller } = subscription;
    this.#all.delete(subscription);
    this.#byChannel.delete(channel, subscription);
    if (caller) this.#bySignIn.delete(signInOf(caller), subscription);
    const { user } = channel.view;
    if (!user) return;
    this.#byUser.delete(user.userId, subscription);
    if (!this.hasUser(user.userId)) this.#departures.next(user.userId);
  }
}

/** The session of a caller, or the id of a user who signed in without one. */
export const signInOf = ({ sessionId, id }: Caller): string => sessionId ?? id;

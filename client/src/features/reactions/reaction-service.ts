import type { Store } from '../../store/store.js';
import type { Message } from '../rooms/message.js';
import { pendingReactions } from './pending-reactions.js';
import { ReactionSender } from './reaction-sender.js';

/** The reactions of a store: `store.service(reactionService)`. */
export const reactionService = (store: Store): ReactionService => new ReactionService(store);

/** Connects the sender to the store and to the browser. */
class ReactionService {
  readonly #store: Store;
  readonly #sender: ReactionSender;

  constructor(store: Store) {
    this.#store = store;
    this.#sender = new ReactionSender(store.me, (all) => store.update(pendingReactions, () => all));
  }

  set(message: Message, emoji: string, isOn: boolean): void {
    this.#sender.set(message, emoji, isOn);
  }

  start(): () => void {
    const sender = this.#sender;
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener('online', () => sender.retryNow(), { signal });
    addEventListener('storage', ({ key }) => sender.onStorage(key), { signal });
    const stops = [
      this.#store.onEvent((event) => sender.onEvent(event)),
      this.#store.onSnapshot(() => sender.removeSent()),
      this.#store.onStatus(({ state }) => state === 'live' && sender.retryNow()),
      this.#store.onReconnect(() => sender.retryNow()),
    ];
    sender.open();
    return () => {
      sender.close();
      listening.abort();
      for (const stop of stops) stop();
    };
  }
}

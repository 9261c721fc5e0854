import { Backoff } from '@carillon/client/backoff';
import { isTemporary, messageOf } from '../../http/failure.js';
import { hasStatus } from '../../http/problem.js';
import { uuid } from '../../http/uuid.js';
import { browserStorage } from '../../state/storage.js';
import type { StreamEvent } from '../../store/events.js';
import type { Message } from '../rooms/message.js';
import { isReactionEvent, type ReactionEvent } from '../rooms/with-reaction.js';
import { isSame, type PendingReaction, type PendingReactions } from './pending-reactions.js';
import { sendReaction } from './reactions-api.js';

/**
 * Sends the user's reactions until the server has them, and shows them meanwhile. Each has a key of its own in the
 * storage that all tabs share. Requests can be repeated, so a tab also sends what another one has left.
 */
export class ReactionSender {
  readonly #me: string;
  readonly #prefix: string;
  readonly #onChange: (pending: PendingReactions) => void;
  readonly #failures = new Map<string, string | null>();
  /** The keys that this tab is sending, with the id of the change in the last request. */
  readonly #sending = new Map<string, string | null>();
  /** The ids of the changes whose event may have arrived before the response. */
  readonly #seen = new Set<string>();
  readonly #backoff = new Backoff({ base: 500, cap: 15_000 });
  #isOpen = false;
  #wake = () => {};

  constructor(me: string, onChange: (pending: PendingReactions) => void) {
    this.#me = me;
    this.#prefix = `carillon.reaction.${me}.`;
    this.#onChange = onChange;
  }

  open(): void {
    this.#isOpen = true;
    this.#show();
    for (const reaction of this.#all()) this.#send(reaction);
  }

  close(): void {
    this.#isOpen = false;
    this.#wake();
  }

  set({ roomId, id: messageId }: Message, emoji: string, isOn: boolean): void {
    this.#failures.delete(messageId);
    const reaction = { id: uuid(), roomId, messageId, emoji, isOn, state: 'waiting' } as const;
    this.#put(reaction);
    this.#send(reaction);
  }

  #send(reaction: PendingReaction): void {
    const key = this.#keyOf(reaction);
    if (this.#sending.has(key)) return;
    this.#sending.set(key, null);
    void this.#sendLast(key).finally(() => this.#sending.delete(key));
  }

  /** The user may change their mind while a request is in progress. */
  async #sendLast(key: string): Promise<void> {
    for (let one = this.#at(key); this.#isWaiting(one); one = this.#at(key)) {
      this.#sending.set(key, one.id);
      try {
        await sendReaction(one);
        this.#backoff.reset();
        this.#accept(one);
      } catch (error) {
        // After a new sign-in it may succeed.
        if (isTemporary(error) || hasStatus(error, 401)) await this.#pause();
        else this.#refuse(one, messageOf(error));
      }
    }
  }

  #accept(reaction: PendingReaction): void {
    const isSeen = this.#seen.delete(reaction.id);
    if (!this.#isLast(reaction)) return;
    if (isSeen) this.#remove(reaction);
    else this.#put({ ...reaction, state: 'sent' });
  }

  /** Whether the user has not changed their mind since. */
  #isLast(reaction: PendingReaction): boolean {
    return this.#at(this.#keyOf(reaction))?.id === reaction.id;
  }

  #isWaiting(reaction: PendingReaction | null): reaction is PendingReaction {
    return this.#isOpen && reaction?.state === 'waiting';
  }

  #refuse(reaction: PendingReaction, failure: string | null): void {
    this.#seen.delete(reaction.id);
    if (!this.#isLast(reaction)) return;
    this.#failures.set(reaction.messageId, failure);
    this.#remove(reaction);
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#backoff.next());
      const others = this.#wake;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
        others();
      };
    });
  }

  retryNow(): void {
    this.#wake();
    this.#wake = () => {};
  }

  onEvent(event: StreamEvent): void {
    if (!isReactionEvent(event)) return;
    if (this.#failures.delete(event.data.messageId)) this.#show();
    if (event.data.userId === this.#me) this.#onOwnEvent(event);
  }

  /**
   * From the event on, the message itself has the reaction. The event may be faster than the response, and it may belong
   * to an earlier change. So a change that the server has not accepted yet stays until its response.
   */
  #onOwnEvent({ name, data }: ReactionEvent): void {
    const pending = this.#all().find((one) => isSame(one, data));
    if (!pending) return;
    const isInProgress = this.#sending.get(this.#keyOf(pending)) === pending.id;
    if (pending.state === 'sent') this.#remove(pending);
    else if (isInProgress && pending.isOn === (name === 'reaction.added'))
      this.#seen.add(pending.id);
  }

  /** A snapshot is later than every response before it. */
  removeSent(): void {
    for (const reaction of this.#all()) if (reaction.state === 'sent') this.#remove(reaction);
  }

  onStorage(key: string | null): void {
    if (key === null || key.startsWith(this.#prefix)) this.#show();
  }

  #keyOf({ messageId, emoji }: PendingReaction): string {
    return `${this.#prefix}${messageId}.${emoji}`;
  }

  #at(key: string): PendingReaction | null {
    return browserStorage.read(key) as PendingReaction | null;
  }

  #all(): PendingReaction[] {
    const keys = browserStorage.keys(this.#prefix);
    return keys.map((key) => this.#at(key)).filter((one) => one !== null);
  }

  #put(reaction: PendingReaction): void {
    browserStorage.write(this.#keyOf(reaction), reaction);
    this.#show();
  }

  #remove(reaction: PendingReaction): void {
    browserStorage.remove(this.#keyOf(reaction));
    this.#show();
  }

  #show(): void {
    const all = Map.groupBy(this.#all(), ({ messageId }) => messageId);
    const ids = new Set([...all.keys(), ...this.#failures.keys()]);
    this.#onChange(
      new Map(
        Array.from(ids, (id) => [
          id,
          { reactions: all.get(id) ?? [], failure: this.#failures.get(id) ?? null },
        ]),
      ),
    );
  }
}

import { isMentioned, notifies } from '../../../../src/rooms/room/notification-level.js';
import type { StreamEvent } from '../../store/events.js';
import { partOf, type State } from '../../store/state.js';
import { membershipIn } from '../rooms/memberships.js';
import type { Message } from '../rooms/message.js';
import { unreadThreads } from '../threads/unread-threads.js';

/** Decides which messages notify the user. Each does so once at most. */
export class NotifiedMessages {
  /** The last message, if it has not notified: a later event may say that it is a reply in a thread that the user follows. */
  #undecided: Message | null = null;

  /** The message that notifies with this event; `state` is the state after it. */
  after(event: StreamEvent, state: State): Message | null {
    if (event.name === 'message.posted') return this.#posted(event.data, state);
    const message = this.#undecided;
    if (event.name !== 'thread.changed' || !message || !isUnreadReply(state, message)) return null;
    this.#undecided = null;
    return isNotifying(state, message, true) ? message : null;
  }

  #posted(message: Message, state: State): Message | null {
    const isFollowed = isUnreadReply(state, message);
    const concerns = isFollowed || isMentioned(message, state.me);
    if (isNotifying(state, message, concerns)) {
      this.#undecided = null;
      return message;
    }
    this.#undecided = isFollowed ? null : message;
    return null;
  }
}

function isNotifying(state: State, message: Message, concerns: boolean): boolean {
  const mine = membershipIn(state, message.roomId);
  // Without a text it was deleted or edited since; a later event follows.
  if (!mine || message.authorId === state.me || message.text === null) return false;
  return notifies(mine, concerns, new Date());
}

/** Whether the message is a reply in a thread that the user follows. */
const isUnreadReply = (state: State, { roomId, seq, threadOf }: Message): boolean =>
  partOf(state, unreadThreads).some(
    (thread) => thread.roomId === roomId && thread.seq === threadOf && thread.unread.includes(seq),
  );

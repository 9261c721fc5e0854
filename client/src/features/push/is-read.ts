import type { StreamEvent } from '../../store/events.js';
import { partOf, type State } from '../../store/state.js';
import { membershipIn } from '../rooms/memberships.js';
import { unreadThreads } from '../threads/unread-threads.js';
import type { NotifiedPlace } from './notified-place.js';

/** Whether the message of a notification was read, after an event that moved a read marker, or after a snapshot (`event` is null). */
export function isRead(state: State, place: NotifiedPlace, event: StreamEvent | null): boolean {
  const { roomId, seq, threadOf } = place;
  const mine = membershipIn(state, roomId);
  // A push may be faster than the stream.
  if (!mine || seq > mine.lastSeq) return false;
  if (seq <= mine.readSeq) return true;
  if (threadOf === null) return false;
  if (event === null) return !isUnreadInThread(state, place);
  if (event.name !== 'thread.changed') return false;
  const { data } = event;
  return data.roomId === roomId && data.seq === threadOf && seq <= data.readSeq;
}

const isUnreadInThread = (state: State, { roomId, seq, threadOf }: NotifiedPlace): boolean =>
  partOf(state, unreadThreads).some(
    (thread) => thread.roomId === roomId && thread.seq === threadOf && seq > thread.readSeq,
  );

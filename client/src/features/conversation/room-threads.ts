import { positionOf } from '@carillon/client/cursor';
import type { StreamEvent } from '../../store/events.js';
import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import type { Message } from '../rooms/message.js';
import { isReplyEvent, withReplyEvent } from '../rooms/with-reply.js';
import { readThreads, threadsUrl } from '../threads/threads-api.js';

/** The threads of a room by their first messages, the one with the newest reply first. */
export interface RoomThreads {
  readonly roomId: string;
  readonly roots: readonly Message[];
  /** The URL of older ones. */
  readonly next: string | null;
}

/** Of the room whose list was opened last; null until it is loaded. */
export const roomThreads: Slice<RoomThreads | null> = {
  name: 'threads of a room',
  initial: null,
  fold: (list, event) => list && foldThreads(list, event),
  afterGap: () => null,
};

/** Null if the list must be read again: a message that it does not have has a first reply. */
function foldThreads(list: RoomThreads, event: StreamEvent): RoomThreads | null {
  const { name, data } = event;
  if (name === 'room.left') return data.roomId === list.roomId ? null : list;
  if (isReplyEvent(event) && event.data.roomId === list.roomId) return withReply(list, event);
  if (name !== 'message.edited' && name !== 'message.deleted') return list;
  if (!list.roots.some(({ id }) => id === data.id)) return list;
  return { ...list, roots: list.roots.map((root) => (root.id === data.id ? data : root)) };
}

function withReply(
  list: RoomThreads,
  event: StreamEvent & { name: 'message.posted' | 'message.deleted' },
): RoomThreads | null {
  const { threadOf } = event.data;
  const root = list.roots.find(({ seq }) => seq === threadOf);
  if (!root) return event.name === 'message.posted' ? null : list;
  const changed = withReplyEvent(root, event);
  const others = list.roots.filter((one) => one !== root);
  if (changed.thread?.replies === 0) return { ...list, roots: others };
  if (event.name === 'message.posted') return { ...list, roots: [changed, ...others] };
  return { ...list, roots: list.roots.map((one) => (one === root ? changed : one)) };
}

/** Fetches the threads with the newest replies, unless they are known. */
export function needThreads(store: Store, roomId: string): void {
  if (store.partOf(roomThreads)?.roomId === roomId) return;
  void store.fetch(`threads ${roomId}`, async () => {
    const { generation } = store;
    const { cursor, ...page } = await readThreads(threadsUrl(roomId));
    if (generation !== store.generation) return;
    const list = store
      .eventsAfter(positionOf(cursor))
      .reduce<RoomThreads | null>((part, event) => part && foldThreads(part, event), {
        roomId,
        ...page,
      });
    store.update(roomThreads, () => list);
  });
}

export async function fetchOlderThreads(store: Store, url: string): Promise<void> {
  const { roots, next } = await readThreads(url);
  store.update(roomThreads, (list) => {
    // After a gap, or a second click, this page does not continue the list.
    if (list?.next !== url) return list;
    const known = new Set(list.roots.map(({ id }) => id));
    return { ...list, roots: [...list.roots, ...roots.filter(({ id }) => !known.has(id))], next };
  });
}

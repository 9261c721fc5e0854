import { positionOf } from '@carillon/client/cursor';
import type { StreamEvent } from '../../store/events.js';
import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import { readReplies, REPLIES } from '../threads/threads-api.js';
import { foldHistory, foldPage, type History, noHistory } from './history-fold.js';

/** The replies of a thread. Older ones may be missing. */
export interface OpenThread {
  readonly roomId: string;
  readonly seq: number;
  readonly replies: History;
  readonly hasOlder: boolean;
}

/** The thread that was opened last; null until it is loaded. */
export const openThread: Slice<OpenThread | null> = {
  name: 'open thread',
  initial: null,
  fold: (thread, event) => thread && foldThread(thread, event),
  afterGap: () => null,
};

function foldThread(thread: OpenThread, event: StreamEvent): OpenThread | null {
  if (event.name === 'room.left' && event.data.roomId === thread.roomId) return null;
  if (!isOf(thread, event)) return thread;
  const replies = foldHistory(thread.replies, event);
  return replies === thread.replies ? thread : { ...thread, replies };
}

function isOf({ roomId, seq, replies }: OpenThread, { name, data }: StreamEvent): boolean {
  switch (name) {
    case 'message.posted':
      return data.roomId === roomId && data.threadOf === seq;
    case 'message.edited':
    case 'message.deleted':
    case 'reaction.added':
    case 'reaction.removed':
      return data.roomId === roomId && replies.has(data.seq);
    default:
      return false;
  }
}

/** Fetches the newest replies of a thread, unless they are known. */
export function needThread(store: Store, roomId: string, seq: number): void {
  const known = store.partOf(openThread);
  if (known?.roomId === roomId && known.seq === seq) return;
  void store.fetch(`thread ${roomId} ${seq}`, () => fetchNewest(store, roomId, seq));
}

async function fetchNewest(store: Store, roomId: string, seq: number): Promise<void> {
  const { generation } = store;
  const { body, cursor } = await readReplies(roomId, seq);
  if (generation !== store.generation) return;
  const position = positionOf(cursor);
  const replies = foldPage(noHistory, body, position);
  const loaded = { roomId, seq, replies, hasOlder: body.length === REPLIES };
  const thread = store
    .eventsAfter(position)
    .reduce<OpenThread | null>((part, event) => part && foldThread(part, event), loaded);
  store.update(openThread, () => thread);
}

/** Adds the page of replies before the known ones. */
export async function fetchOlder(store: Store, { roomId, seq, replies }: OpenThread) {
  const before = Math.min(...replies.keys());
  const { body, cursor } = await readReplies(roomId, seq, before);
  const position = positionOf(cursor);
  store.update(openThread, (thread) => {
    if (thread?.roomId !== roomId || thread.seq !== seq) return thread;
    const loaded = {
      ...thread,
      replies: foldPage(thread.replies, body, position),
      hasOlder: body.length === REPLIES,
    };
    const since = store.eventsAfter(position);
    return since.reduce<OpenThread | null>(
      (part, event) => part && foldThread(part, event),
      loaded,
    );
  });
}

import type { Schema } from '../../api/api.js';
import { readAll } from '../../http/read.js';
import type { EventName, StreamEvent } from '../../store/events.js';
import type { Slice } from '../../store/state.js';

export type UnreadThread = Schema<'UnreadThread'>;

/** As the server lists them: the newest ones. */
const MAX_UNREAD = 100;

export const threadEvents = ['thread.changed'] as const satisfies readonly EventName[];

/** The threads that the user follows and has not read to the end. */
export const unreadThreads: Slice<readonly UnreadThread[]> = {
  name: 'unread threads',
  initial: [],
  fold: (threads, event, { me }) => foldThreads(threads, event, me),
  read: (signal) => readAll<UnreadThread>('/api/me/threads?limit=1000', signal),
};

function foldThreads(
  threads: readonly UnreadThread[],
  event: StreamEvent,
  me: string,
): readonly UnreadThread[] {
  switch (event.name) {
    case 'thread.changed': {
      const { data } = event;
      const others = threads.filter((thread) => !isSame(thread, data));
      return data.unread.length === 0 ? others : [...others, data];
    }
    case 'message.posted': {
      const { roomId, seq, authorId, threadOf } = event.data;
      // A message of one's own moves the read marker of the room.
      if (authorId === me) return change(threads, roomId, (thread) => readUpTo(thread, seq));
      if (threadOf === null) return threads;
      return change(threads, roomId, (thread) =>
        thread.seq === threadOf ? withUnread(thread, seq) : thread,
      );
    }
    case 'message.deleted': {
      const { roomId, seq } = event.data;
      return change(threads, roomId, (thread) => ({
        ...thread,
        unread: thread.unread.filter((one) => one !== seq),
      }));
    }
    case 'read.moved': {
      const { roomId, readSeq } = event.data;
      return change(threads, roomId, (thread) => readUpTo(thread, readSeq));
    }
    case 'room.left':
      return threads.filter(({ roomId }) => roomId !== event.data.roomId);
    default:
      return threads;
  }
}

const isSame = (one: UnreadThread, other: UnreadThread): boolean =>
  one.roomId === other.roomId && one.seq === other.seq;

function withUnread(thread: UnreadThread, seq: number): UnreadThread {
  if (seq <= thread.readSeq || thread.unread.includes(seq)) return thread;
  return { ...thread, unread: [...thread.unread, seq].slice(-MAX_UNREAD) };
}

function readUpTo(thread: UnreadThread, readSeq: number): UnreadThread {
  if (readSeq <= thread.readSeq) return thread;
  return { ...thread, readSeq, unread: thread.unread.filter((seq) => seq > readSeq) };
}

/** Changes the threads of a room, and drops those that are read. */
function change(
  threads: readonly UnreadThread[],
  roomId: string,
  to: (thread: UnreadThread) => UnreadThread,
): readonly UnreadThread[] {
  if (!threads.some((thread) => thread.roomId === roomId)) return threads;
  return threads
    .map((thread) => (thread.roomId === roomId ? to(thread) : thread))
    .filter(({ unread }) => unread.length > 0);
}

/** How many replies of a thread the user has not read. */
export const unreadIn = (threads: readonly UnreadThread[], roomId: string, seq: number): number =>
  threads.find((thread) => thread.roomId === roomId && thread.seq === seq)?.unread.length ?? 0;

import { texts } from '../../words/words.js';

const count = (replies: number): string => (replies === 1 ? '1 reply' : `${replies} replies`);

export const threadWords = texts({
  line: (replies: number, last: string) => `${count(replies)} · last ${last}`,
  unread: (replies: number) => (replies >= 100 ? '99+ new' : `${replies} new`),
  threads: 'Threads',
  badge: (threads: number) => (threads > 99 ? '99+' : String(threads)),
  unreadThreads: (threads: number) =>
    threads === 1 ? 'Threads, 1 with new replies' : `Threads, ${threads} with new replies`,
  unreadInRooms: (threads: number) =>
    threads === 1 ? ', 1 thread with new replies' : `, ${threads} threads with new replies`,
  thread: 'Thread',
  loading: 'Loading…',
  older: 'Show older replies',
  none: 'This room has no threads. A reply to a message begins one.',
  more: 'Show older threads',
  reply: 'Reply in this thread',
});

import type { StreamEvent } from '../../store/events.js';
import type { Message } from './message.js';

type ReplyEvent = StreamEvent & { name: 'message.posted' | 'message.deleted' };

/** Whether an event changes the thread of another message. */
export const isReplyEvent = (event: StreamEvent): event is ReplyEvent =>
  (event.name === 'message.posted' || event.name === 'message.deleted') &&
  event.data.threadOf !== null;

/** The first message of a thread after a reply was posted or deleted. */
export function withReplyEvent(message: Message, { name, data }: ReplyEvent): Message {
  const { thread } = message;
  if (name === 'message.deleted')
    return { ...message, thread: thread && { ...thread, replies: thread.replies - 1 } };
  const replies = (thread?.replies ?? 0) + 1;
  return { ...message, thread: { replies, lastSeq: data.seq, lastAt: data.createdAt } };
}

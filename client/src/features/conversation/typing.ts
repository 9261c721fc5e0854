import type { EventData, StreamEvent } from '../../store/events.js';
import type { Slice } from '../../store/state.js';

/** How long someone is shown as typing after the event, in ms. */
const SHOWN = 6_000;

/** By the id of the room: the users who are typing, and until when, as of `Date.now()`. */
export type TypingUsers = ReadonlyMap<string, ReadonlyMap<string, number>>;

export const typingUsers: Slice<TypingUsers> = {
  name: 'typing users',
  initial: new Map(),
  fold: foldEnd,
  transient: { name: 'typing', fold: foldTyping },
};

function foldTyping(all: TypingUsers, data: EventData['typing'], me: string): TypingUsers {
  const { roomId, userId } = data;
  if (userId === me) return all;
  const now = Date.now();
  const others = [...(all.get(roomId) ?? [])].filter(([, until]) => until > now);
  return new Map(all).set(roomId, new Map(others).set(userId, now + SHOWN));
}

function foldEnd(all: TypingUsers, { name, data }: StreamEvent): TypingUsers {
  if (name === 'message.posted') return without(all, data.roomId, data.authorId);
  if (name === 'member.left') return without(all, data.roomId, data.userId);
  if (name === 'room.left') return new Map([...all].filter(([roomId]) => roomId !== data.roomId));
  return all;
}

function without(all: TypingUsers, roomId: string, userId: string): TypingUsers {
  const room = all.get(roomId);
  if (!room?.has(userId)) return all;
  return new Map(all).set(roomId, new Map([...room].filter(([id]) => id !== userId)));
}

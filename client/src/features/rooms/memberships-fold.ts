import { isMentioned } from '../../../../src/rooms/room/notification-level.js';
import type { EventData, StreamEvent } from '../../store/events.js';
import type { Message } from './message.js';
import type { Membership } from './room.js';
import { type ReactionEvent, withReactionEvent } from './with-reaction.js';

type Change = (membership: Membership) => Membership;

/** The user's rooms after one more event, by activity: what `GET /api/me/rooms` would return then. */
export function foldMemberships(
  memberships: readonly Membership[],
  event: StreamEvent,
  me: string,
): readonly Membership[] {
  switch (event.name) {
    case 'room.joined':
      return byActivity([...without(memberships, event.data.room.id), event.data]);
    case 'room.left':
      return without(memberships, event.data.roomId);
    case 'room.updated':
      return change(memberships, event.data.id, (mine) => ({ ...mine, room: event.data }));
    case 'member.joined':
      return change(memberships, event.data.roomId, withMember(event.data));
    case 'member.changed':
      return change(memberships, event.data.roomId, withRole(event.data, me));
    case 'message.posted':
      return byActivity(change(memberships, event.data.roomId, withPosted(event.data, me)));
    case 'message.edited':
      return change(memberships, event.data.roomId, withEdited(event.data, me));
    case 'message.deleted':
      return change(memberships, event.data.roomId, withDeleted(event.data, me));
    case 'reaction.added':
    case 'reaction.removed':
      return change(memberships, event.data.roomId, withReacted(event));
    case 'read.moved': {
      const { roomId, ...marker } = event.data;
      return change(memberships, roomId, (mine) => ({ ...mine, ...marker }));
    }
    case 'level.changed': {
      const { roomId, ...level } = event.data;
      return change(memberships, roomId, (mine) => ({ ...mine, ...level }));
    }
    case 'favourite.changed': {
      const { roomId, favourite } = event.data;
      return change(memberships, roomId, (mine) => ({ ...mine, favourite }));
    }
    case 'saved.changed':
      return change(memberships, event.data.roomId, withSaved(event.data));
    default:
      return memberships;
  }
}

/** The first user of a direct conversation receives the event before the second user has joined. */
function withMember({ member }: EventData['member.joined']): Change {
  return (mine) => {
    if (!mine.members) return mine;
    const others = mine.members.filter(({ userId }) => userId !== member.userId);
    const members = [...others, member].toSorted((one, other) => compare(one.userId, other.userId));
    return { ...mine, members };
  };
}

function withRole({ member }: EventData['member.changed'], me: string): Change {
  return (mine) => ({
    ...mine,
    ...(member.userId === me && { role: member.role }),
    ...(mine.members && {
      members: mine.members.map((each) => (each.userId === member.userId ? member : each)),
    }),
  });
}

function withPosted(message: Message, me: string): Change {
  return (mine) => {
    const last = { ...mine, lastSeq: message.seq, lastMessage: message };
    // A message of one's own moves the read marker.
    if (message.authorId === me) return { ...last, readSeq: message.seq, unread: 0, mentions: 0 };
    const counts = isUnread(mine, message, me);
    return {
      ...last,
      unread: mine.unread + Number(counts),
      mentions: mine.mentions + Number(counts && isMentioned(message, me)),
    };
  };
}

function withEdited(edited: EventData['message.edited'], me: string): Change {
  const { previousMentions: mentions, previousMentionsAll: mentionsAll, ...message } = edited;
  const was = isMentioned({ mentions, mentionsAll }, me);
  const difference = Number(isMentioned(message, me)) - Number(was);
  return (mine) => ({
    ...withLast(mine, message),
    mentions: mine.mentions + (isUnread(mine, message, me) ? difference : 0),
  });
}

function withDeleted(message: Message, me: string): Change {
  return (mine) => {
    const counted = isUnread(mine, message, me);
    return {
      ...withLast(mine, { ...message, mentions: [], mentionsAll: false }),
      unread: mine.unread - Number(counted),
      mentions: mine.mentions - Number(counted && isMentioned(message, me)),
      saved: mine.saved.filter((seq) => seq !== message.seq),
    };
  };
}

function withSaved({ seq, saved }: EventData['saved.changed']): Change {
  return (mine) => {
    const others = mine.saved.filter((one) => one !== seq);
    return { ...mine, saved: saved ? [...others, seq].toSorted((a, b) => a - b) : others };
  };
}

function withReacted(event: ReactionEvent): Change {
  return (mine) =>
    mine.lastMessage?.seq === event.data.seq
      ? withLast(mine, withReactionEvent(mine.lastMessage, event))
      : mine;
}

function isUnread({ readSeq }: Membership, { seq, authorId }: Message, me: string): boolean {
  return seq > readSeq && authorId !== me;
}

function withLast(mine: Membership, message: Message): Membership {
  return message.seq === mine.lastSeq ? { ...mine, lastMessage: message } : mine;
}

function change(
  memberships: readonly Membership[],
  roomId: string,
  to: Change,
): readonly Membership[] {
  return memberships.map((mine) => (mine.room.id === roomId ? to(mine) : mine));
}

function without(memberships: readonly Membership[], roomId: string): readonly Membership[] {
  return memberships.filter(({ room }) => room.id !== roomId);
}

/** Newest activity first; within a millisecond, newest room first. */
export function byActivity(memberships: readonly Membership[]): readonly Membership[] {
  return memberships.toSorted(
    (one, other) =>
      compare(activityOf(other), activityOf(one)) || compare(other.room.id, one.room.id),
  );
}

export function activityOf({ lastMessage, joinedAt }: Membership): string {
  return lastMessage?.createdAt ?? joinedAt;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

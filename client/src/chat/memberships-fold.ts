import type { Fact, Facts } from './facts.js';
import type { Message } from './message.js';
import type { Membership } from './room.js';

type Change = (membership: Membership) => Membership;

/** My rooms after one more fact: what `GET /api/me/rooms` would then tell, by activity. */
export function foldMemberships(
  memberships: readonly Membership[],
  fact: Fact,
  me: string,
): readonly Membership[] {
  switch (fact.name) {
    case 'room.joined':
      return byActivity([...without(memberships, fact.data.room.id), fact.data]);
    case 'room.left':
      return without(memberships, fact.data.roomId);
    case 'room.updated':
      return change(memberships, fact.data.id, (mine) => ({ ...mine, room: fact.data }));
    case 'member.joined':
      return change(memberships, fact.data.roomId, withMember(fact.data));
    case 'member.changed':
      return change(memberships, fact.data.roomId, withRole(fact.data, me));
    case 'message.posted':
      return byActivity(change(memberships, fact.data.roomId, withPosted(fact.data, me)));
    case 'message.edited':
      return change(memberships, fact.data.roomId, withEdited(fact.data, me));
    case 'message.deleted':
      return change(memberships, fact.data.roomId, withDeleted(fact.data, me));
    case 'read.moved': {
      const { roomId, ...marker } = fact.data;
      return change(memberships, roomId, (mine) => ({ ...mine, ...marker }));
    }
    default:
      return memberships;
  }
}

/** The first of the two of a direct conversation is told of it before the second one is in it. */
function withMember({ member }: Facts['member.joined']): Change {
  return (mine) => {
    if (!mine.members) return mine;
    const others = mine.members.filter(({ userId }) => userId !== member.userId);
    const members = [...others, member].toSorted((one, other) => compare(one.userId, other.userId));
    return { ...mine, members };
  };
}

function withRole({ member }: Facts['member.changed'], me: string): Change {
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
    const counts = isUnread(mine, message, me);
    return {
      ...mine,
      lastSeq: message.seq,
      lastMessage: message,
      unread: mine.unread + Number(counts),
      mentions: mine.mentions + Number(counts && message.mentions.includes(me)),
    };
  };
}

function withEdited(edited: Facts['message.edited'], me: string): Change {
  const { previousMentions, ...message } = edited;
  const difference = Number(message.mentions.includes(me)) - Number(previousMentions.includes(me));
  return (mine) => ({
    ...withLast(mine, message),
    mentions: mine.mentions + (isUnread(mine, message, me) ? difference : 0),
  });
}

function withDeleted(message: Message, me: string): Change {
  return (mine) => {
    const counted = isUnread(mine, message, me);
    return {
      ...withLast(mine, { ...message, mentions: [] }),
      unread: mine.unread - Number(counted),
      mentions: mine.mentions - Number(counted && message.mentions.includes(me)),
    };
  };
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

/** The newest activity first; what happened in the same millisecond by the age of the room. */
export function byActivity(memberships: readonly Membership[]): readonly Membership[] {
  return memberships.toSorted(
    (one, other) =>
      compare(activityOf(other), activityOf(one)) || compare(other.room.id, one.room.id),
  );
}

function activityOf({ lastMessage, joinedAt }: Membership): string {
  return lastMessage?.createdAt ?? joinedAt;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

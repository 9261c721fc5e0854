import { accountTopic } from '../accounts/accounts.events.js';
import type { Fact } from '../database/fact.js';
import type { Block } from './block.js';
import type { Message } from './message.js';
import type { Invitation, Member, Membership, ReadMarker, Room } from './room.js';

export const ROOMS = 'rooms';

/** What the members of a room hear. */
export const roomTopic = (roomId: string): string => `${ROOMS}/${roomId}`;

/** Public rooms are told to all who are signed in, others to their members. */
const topicOf = ({ id, kind }: Room): string => (kind === 'public' ? ROOMS : roomTopic(id));

/** By what the events are found that hold a message's text. */
export const messageSubject = (messageId: string): string => `message/${messageId}`;

/** What is left of an event that holds a message once that is edited or deleted: all but the text. */
export function withoutText(data: Message | Membership): Message | Membership {
  if (!('lastMessage' in data)) return { ...data, text: null };
  return { ...data, lastMessage: data.lastMessage && { ...data.lastMessage, text: null } };
}

abstract class RoomFact<T> implements Fact<T> {
  abstract readonly type: string;

  protected constructor(
    readonly topic: string,
    readonly data: T,
  ) {}
}

/** A public room was made. Of others, only those hear who are in them, by `room.joined`. */
export class RoomCreated extends RoomFact<Room> {
  static readonly type = 'room.created';
  readonly type = RoomCreated.type;

  constructor(room: Room) {
    super(topicOf(room), room);
  }
}

/** It was renamed, archived or reopened. */
export class RoomUpdated extends RoomFact<Room> {
  static readonly type = 'room.updated';
  readonly type = RoomUpdated.type;

  private constructor(topic: string, room: Room) {
    super(topic, room);
  }

  /** For those who see the room already, and for those who are invited: their invitations tell of it. */
  static forAll(room: Room, invitations: readonly Invitation[]): RoomUpdated[] {
    const invited = room.kind === 'public' ? [] : invitations.map(({ userId }) => userId);
    return [topicOf(room), ...invited.map(accountTopic)].map(
      (topic) => new RoomUpdated(topic, room),
    );
  }
}

/** Tells a person that they are in a room from now on. The facts of the room follow. */
export class RoomJoined extends RoomFact<Membership> {
  static readonly type = 'room.joined';
  readonly type = RoomJoined.type;
  readonly subject: string | undefined;

  constructor(userId: string, membership: Membership) {
    super(accountTopic(userId), membership);
    const { lastMessage } = membership;
    if (lastMessage?.text) this.subject = messageSubject(lastMessage.id);
  }
}

interface LeftRoom {
  readonly roomId: string;
  /** They themselves, or who has removed them. */
  readonly by: string;
}

/** Tells a person that they are in a room no more. Nothing of the room follows. */
export class RoomLeft extends RoomFact<LeftRoom> {
  static readonly type = 'room.left';
  readonly type = RoomLeft.type;

  constructor(userId: string, data: LeftRoom) {
    super(accountTopic(userId), data);
  }
}

interface MemberOfRoom {
  readonly roomId: string;
  readonly member: Member;
}

export class MemberJoined extends RoomFact<MemberOfRoom> {
  static readonly type = 'member.joined';
  readonly type = MemberJoined.type;

  constructor(roomId: string, member: Member) {
    super(roomTopic(roomId), { roomId, member });
  }
}

/** Has another role. */
export class MemberChanged extends RoomFact<MemberOfRoom> {
  static readonly type = 'member.changed';
  readonly type = MemberChanged.type;

  constructor(roomId: string, member: Member) {
    super(roomTopic(roomId), { roomId, member });
  }
}

interface MemberWhoLeft {
  readonly roomId: string;
  readonly userId: string;
  /** They themselves, or who has removed them. */
  readonly by: string;
}

export class MemberLeft extends RoomFact<MemberWhoLeft> {
  static readonly type = 'member.left';
  readonly type = MemberLeft.type;

  constructor(data: MemberWhoLeft) {
    super(roomTopic(data.roomId), data);
  }
}

/** Recorded twice: for the members of the room, and for who is invited. */
export class MemberInvited extends RoomFact<Invitation> {
  static readonly type = 'member.invited';
  readonly type = MemberInvited.type;

  private constructor(topic: string, invitation: Invitation) {
    super(topic, invitation);
  }

  static forBoth(invitation: Invitation): MemberInvited[] {
    const { room, userId } = invitation;
    return [roomTopic(room.id), accountTopic(userId)].map(
      (topic) => new MemberInvited(topic, invitation),
    );
  }
}

interface Uninvited {
  readonly roomId: string;
  readonly userId: string;
}

/** Accepted, declined or withdrawn. Recorded twice, as `member.invited` is. */
export class MemberUninvited extends RoomFact<Uninvited> {
  static readonly type = 'member.uninvited';
  readonly type = MemberUninvited.type;

  private constructor(topic: string, data: Uninvited) {
    super(topic, data);
  }

  static forBoth(data: Uninvited): MemberUninvited[] {
    return [roomTopic(data.roomId), accountTopic(data.userId)].map(
      (topic) => new MemberUninvited(topic, data),
    );
  }
}

export class MessagePosted extends RoomFact<Message> {
  static readonly type = 'message.posted';
  readonly type = MessagePosted.type;
  readonly subject: string;

  constructor(message: Message) {
    super(roomTopic(message.roomId), message);
    this.subject = messageSubject(message.id);
  }
}

/** With whom it mentioned before, so that a client can correct its counts. */
export class MessageEdited extends RoomFact<
  Message & { readonly previousMentions: readonly string[] }
> {
  static readonly type = 'message.edited';
  readonly type = MessageEdited.type;
  readonly subject: string;
  readonly redacts: string;

  constructor(message: Message, previousMentions: readonly string[]) {
    super(roomTopic(message.roomId), { ...message, previousMentions });
    this.subject = this.redacts = messageSubject(message.id);
  }
}

/** Without its text; whom it mentioned is still told, so that a client can correct its counts. */
export class MessageDeleted extends RoomFact<Message> {
  static readonly type = 'message.deleted';
  readonly type = MessageDeleted.type;
  readonly redacts: string;

  constructor(message: Message, previousMentions: readonly string[]) {
    super(roomTopic(message.roomId), { ...message, mentions: previousMentions });
    this.redacts = messageSubject(message.id);
  }
}

/** Tells a person's other devices how far they have read. */
export class ReadMoved extends RoomFact<ReadMarker> {
  static readonly type = 'read.moved';
  readonly type = ReadMoved.type;

  constructor(userId: string, marker: ReadMarker) {
    super(accountTopic(userId), marker);
  }
}

/** Tells a user's other devices whom they have blocked. */
export class BlockAdded extends RoomFact<Block> {
  static readonly type = 'block.added';
  readonly type = BlockAdded.type;

  constructor(userId: string, block: Block) {
    super(accountTopic(userId), block);
  }
}

export class BlockRemoved extends RoomFact<Pick<Block, 'userId'>> {
  static readonly type = 'block.removed';
  readonly type = BlockRemoved.type;

  constructor(userId: string, block: Pick<Block, 'userId'>) {
    super(accountTopic(userId), block);
  }
}

/** What each carries: for the API's description. The last two are ephemeral. */
export const FACTS = {
  [RoomCreated.type]: 'a public Room',
  [RoomUpdated.type]: 'the Room as it is now',
  [RoomJoined.type]: 'a Membership of the caller; the facts of the room follow',
  [RoomLeft.type]: '`{"roomId", "by"}`; nothing of the room follows',
  [MemberJoined.type]: '`{"roomId", "member": Member}`',
  [MemberChanged.type]: '`{"roomId", "member": Member}`, with another role',
  [MemberLeft.type]: '`{"roomId", "userId", "by"}`',
  [MemberInvited.type]: 'an Invitation',
  [MemberUninvited.type]: '`{"roomId", "userId"}`: accepted, declined or withdrawn',
  [MessagePosted.type]: 'a Message',
  [MessageEdited.type]: 'the Message as it is now, with `previousMentions`',
  [MessageDeleted.type]: 'the Message without its text, with whom it mentioned',
  [ReadMoved.type]: 'a ReadMarker of the caller',
  [BlockAdded.type]: 'a Block of the caller',
  [BlockRemoved.type]: '`{"userId"}`, whom the caller has unblocked',
  typing: '`{"roomId", "userId"}`, for 6 s; without an `id`, and not repeated',
  presence:
    '`{"online": [userId], "offline": [userId], "complete"}`: all who are here of those with whom the caller shares a room of up to 1,000 members, then what changes; without an `id`',
};

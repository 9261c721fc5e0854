import { accountTopic } from '../accounts/accounts.events.js';
import type { Fact } from '../database/fact.js';
import { type DescribedEvent, describeEvent } from '../events/described-event.js';
import { Block } from './block.js';
import {
  EditedMessage,
  EndedInvitation,
  LeftMember,
  LeftRoom,
  MemberOfRoom,
  PresenceChange,
  RemovedBlock,
  TypingMember,
} from './event-data.js';
import { Message } from './message.js';
import { Invitation, type Member, Membership, ReadMarker, Room } from './room.js';

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

/** Tells a person that they are in a room no more. Nothing of the room follows. */
export class RoomLeft extends RoomFact<LeftRoom> {
  static readonly type = 'room.left';
  readonly type = RoomLeft.type;

  constructor(userId: string, data: LeftRoom) {
    super(accountTopic(userId), data);
  }
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

export class MemberLeft extends RoomFact<LeftMember> {
  static readonly type = 'member.left';
  readonly type = MemberLeft.type;

  constructor(data: LeftMember) {
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

/** Accepted, declined or withdrawn. Recorded twice, as `member.invited` is. */
export class MemberUninvited extends RoomFact<EndedInvitation> {
  static readonly type = 'member.uninvited';
  readonly type = MemberUninvited.type;

  private constructor(topic: string, data: EndedInvitation) {
    super(topic, data);
  }

  static forBoth(data: EndedInvitation): MemberUninvited[] {
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
export class MessageEdited extends RoomFact<EditedMessage> {
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

export class BlockRemoved extends RoomFact<RemovedBlock> {
  static readonly type = 'block.removed';
  readonly type = BlockRemoved.type;

  constructor(userId: string, block: RemovedBlock) {
    super(accountTopic(userId), block);
  }
}

export const ROOM_EVENTS: readonly DescribedEvent[] = [
  describeEvent(RoomCreated, Room, 'A public room was created.'),
  describeEvent(
    RoomUpdated,
    Room,
    'A room was renamed, archived or reopened. Carries the room after the change.',
  ),
  describeEvent(
    RoomJoined,
    Membership,
    'The subscriber became a member of a room, and receives its events from now on.',
  ),
  describeEvent(
    RoomLeft,
    LeftRoom,
    'The subscriber is no longer a member of a room, and receives no more of its events.',
  ),
  describeEvent(MemberJoined, MemberOfRoom, 'A user joined the room.'),
  describeEvent(MemberChanged, MemberOfRoom, 'The role of a member was changed.'),
  describeEvent(MemberLeft, LeftMember, 'A member left the room, or was removed.'),
  describeEvent(
    MemberInvited,
    Invitation,
    'A user was invited to the room; the user who is invited receives it, too.',
  ),
  describeEvent(
    MemberUninvited,
    EndedInvitation,
    'An invitation was accepted, declined or withdrawn.',
  ),
  describeEvent(
    MessagePosted,
    Message,
    'A message was posted. Its text is `null` once the message is edited or deleted.',
  ),
  describeEvent(
    MessageEdited,
    EditedMessage,
    'A message was edited. Carries the message after the change; its text is `null` once the message is edited again or deleted.',
  ),
  describeEvent(
    MessageDeleted,
    Message,
    'A message was deleted. Carries the message without its text; `mentions` are those that it had.',
  ),
  describeEvent(ReadMoved, ReadMarker, 'The subscriber has read up to a message, on any device.'),
  describeEvent(BlockAdded, Block, 'The subscriber blocked a user.'),
  describeEvent(BlockRemoved, RemovedBlock, 'The subscriber unblocked a user.'),
  {
    type: 'typing',
    data: TypingMember,
    description: 'A member is typing. Show it for 6 s.',
    isTransient: true,
  },
  {
    type: 'presence',
    data: PresenceChange,
    description:
      'Which users are online, of those who share a room of up to 1,000 members with the subscriber: first all of them, then each change.',
    isTransient: true,
  },
];

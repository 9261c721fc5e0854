import { type DomainEvent } from '@carillon/nestjs';
import { type DescribedEvent, describeEvent } from '@carillon/nestjs/internal';
import { accountTopic } from '../../accounts/accounts.events.js';
import { Block } from './block.js';
import {
  EditedMessage,
  EndedInvitation,
  FavouriteRoom,
  LeftMember,
  LeftRoom,
  MemberOfRoom,
  PresenceChange,
  ReactionOfUser,
  RemovedBlock,
  TypingMember,
} from './event-data.js';
import { Message } from './message.js';
import {
  Invitation,
  type Member,
  Membership,
  NotificationLevel,
  ReadMarker,
  Room,
} from './room.js';

export const ROOMS = 'rooms';

/** The topic of a room, granted to its members. */
export const roomTopic = (roomId: string): string => `${ROOMS}/${roomId}`;

/** Every signed-in user receives changes of public rooms; only members receive those of other rooms. */
const topicOf = ({ id, kind }: Room): string => (kind === 'public' ? ROOMS : roomTopic(id));

/** The subject of the events that contain the text of a message. */
export const messageSubject = (messageId: string): string => `message/${messageId}`;

/** The data of an event without the text and the files of its message, once that was edited or deleted. */
export function withoutText(data: Message | Membership): Message | Membership {
  const nothing = { text: null, files: [] };
  if (!('lastMessage' in data)) return { ...data, ...nothing };
  return { ...data, lastMessage: data.lastMessage && { ...data.lastMessage, ...nothing } };
}

abstract class RoomEvent<T> implements DomainEvent<T> {
  abstract readonly type: string;

  protected constructor(
    readonly topic: string,
    readonly data: T,
  ) {}
}

/** A public room was created. Members of other rooms receive `room.joined` instead. */
export class RoomCreated extends RoomEvent<Room> {
  static readonly type = 'room.created';
  readonly type = RoomCreated.type;

  constructor(room: Room) {
    super(topicOf(room), room);
  }
}

/** A room was renamed, archived or reopened, or has another topic. */
export class RoomUpdated extends RoomEvent<Room> {
  static readonly type = 'room.updated';
  readonly type = RoomUpdated.type;

  private constructor(topic: string, room: Room) {
    super(topic, room);
  }

  /** For everyone who sees the room, and for invited users, because their invitations contain it. */
  static forAll(room: Room, invitations: readonly Invitation[]): RoomUpdated[] {
    const invited = room.kind === 'public' ? [] : invitations.map(({ userId }) => userId);
    return [topicOf(room), ...invited.map(accountTopic)].map(
      (topic) => new RoomUpdated(topic, room),
    );
  }
}

/** The user became a member of a room. The events of the room follow. */
export class RoomJoined extends RoomEvent<Membership> {
  static readonly type = 'room.joined';
  readonly type = RoomJoined.type;
  readonly subject: string | undefined;

  constructor(userId: string, membership: Membership) {
    super(accountTopic(userId), membership);
    const { lastMessage } = membership;
    if (lastMessage && lastMessage.text !== null) this.subject = messageSubject(lastMessage.id);
  }
}

/** The user is no longer a member of a room, or hid a direct conversation. No more events of the room follow. */
export class RoomLeft extends RoomEvent<LeftRoom> {
  static readonly type = 'room.left';
  readonly type = RoomLeft.type;

  constructor(userId: string, data: LeftRoom) {
    super(accountTopic(userId), data);
  }
}

export class MemberJoined extends RoomEvent<MemberOfRoom> {
  static readonly type = 'member.joined';
  readonly type = MemberJoined.type;

  constructor(roomId: string, member: Member) {
    super(roomTopic(roomId), { roomId, member });
  }
}

/** The role of a member was changed. */
export class MemberChanged extends RoomEvent<MemberOfRoom> {
  static readonly type = 'member.changed';
  readonly type = MemberChanged.type;

  constructor(roomId: string, member: Member) {
    super(roomTopic(roomId), { roomId, member });
  }
}

export class MemberLeft extends RoomEvent<LeftMember> {
  static readonly type = 'member.left';
  readonly type = MemberLeft.type;

  constructor(data: LeftMember) {
    super(roomTopic(data.roomId), data);
  }
}

/** Recorded twice: for the members of the room, and for the invited user. */
export class MemberInvited extends RoomEvent<Invitation> {
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
export class MemberUninvited extends RoomEvent<EndedInvitation> {
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

export class MessagePosted extends RoomEvent<Message> {
  static readonly type = 'message.posted';
  readonly type = MessagePosted.type;
  readonly subject: string;

  constructor(message: Message) {
    super(roomTopic(message.roomId), message);
    this.subject = messageSubject(message.id);
  }
}

type Mentions = Pick<Message, 'mentions' | 'mentionsAll'>;

/** Carries the previous mentions, so that a client can correct its counts. */
export class MessageEdited extends RoomEvent<EditedMessage> {
  static readonly type = 'message.edited';
  readonly type = MessageEdited.type;
  readonly subject: string;
  readonly redacts: string;

  constructor(message: Message, previous: Mentions) {
    const { mentions: previousMentions, mentionsAll: previousMentionsAll } = previous;
    super(roomTopic(message.roomId), { ...message, previousMentions, previousMentionsAll });
    this.subject = this.redacts = messageSubject(message.id);
  }
}

/** Carries no text, but the mentions, so that a client can correct its counts. */
export class MessageDeleted extends RoomEvent<Message> {
  static readonly type = 'message.deleted';
  readonly type = MessageDeleted.type;
  readonly redacts: string;

  /** @param mentions before; the data of the event, from which a handler gets it, has them already. */
  constructor(message: Message, { mentions, mentionsAll }: Mentions = message) {
    super(roomTopic(message.roomId), { ...message, mentions, mentionsAll });
    this.redacts = messageSubject(message.id);
  }
}

export class ReactionAdded extends RoomEvent<ReactionOfUser> {
  static readonly type = 'reaction.added';
  readonly type = ReactionAdded.type;

  constructor(data: ReactionOfUser) {
    super(roomTopic(data.roomId), data);
  }
}

export class ReactionRemoved extends RoomEvent<ReactionOfUser> {
  static readonly type = 'reaction.removed';
  readonly type = ReactionRemoved.type;

  constructor(data: ReactionOfUser) {
    super(roomTopic(data.roomId), data);
  }
}

/** The user's read marker moved, forward or back, for their other devices. Messages of their own move it without this event. */
export class ReadMoved extends RoomEvent<ReadMarker> {
  static readonly type = 'read.moved';
  readonly type = ReadMoved.type;

  constructor(userId: string, marker: ReadMarker) {
    super(accountTopic(userId), marker);
  }
}

/** The user chose what notifies them in a room, for their other devices. */
export class LevelChanged extends RoomEvent<NotificationLevel> {
  static readonly type = 'level.changed';
  readonly type = LevelChanged.type;

  constructor(userId: string, level: NotificationLevel) {
    super(accountTopic(userId), level);
  }
}

/** The user made a room a favourite, or ended that, for their other devices. */
export class FavouriteChanged extends RoomEvent<FavouriteRoom> {
  static readonly type = 'favourite.changed';
  readonly type = FavouriteChanged.type;

  constructor(userId: string, data: FavouriteRoom) {
    super(accountTopic(userId), data);
  }
}

/** The user blocked another one, for their other devices. */
export class BlockAdded extends RoomEvent<Block> {
  static readonly type = 'block.added';
  readonly type = BlockAdded.type;

  constructor(userId: string, block: Block) {
    super(accountTopic(userId), block);
  }
}

export class BlockRemoved extends RoomEvent<RemovedBlock> {
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
    'A room was renamed, archived or reopened, or its topic was changed. Carries the room after the change.',
  ),
  describeEvent(
    RoomJoined,
    Membership,
    'The subscriber became a member of a room, and receives its events from now on.',
  ),
  describeEvent(
    RoomLeft,
    LeftRoom,
    'The subscriber is no longer a member of a room, or hid a direct conversation, and receives no more of its events.',
  ),
  describeEvent(MemberJoined, MemberOfRoom, 'A user joined the room.'),
  describeEvent(MemberChanged, MemberOfRoom, 'The role of a member was changed.'),
  describeEvent(MemberLeft, LeftMember, 'A member left the room, or was removed.'),
  describeEvent(
    MemberInvited,
    Invitation,
    'A user was invited to the room. The invited user also receives the event.',
  ),
  describeEvent(
    MemberUninvited,
    EndedInvitation,
    'An invitation was accepted, declined or withdrawn.',
  ),
  describeEvent(
    MessagePosted,
    Message,
    'A message was posted, which also moves the read marker of its author to it. Its text is `null`, and it has no files, once the message is edited or deleted.',
  ),
  describeEvent(
    MessageEdited,
    EditedMessage,
    'A message was edited. Carries the message after the change; its text is `null`, and it has no files, once the message is edited again or deleted.',
  ),
  describeEvent(
    MessageDeleted,
    Message,
    'A message was deleted. Carries the message without its text and files; `mentions` and `mentionsAll` are those that it had.',
  ),
  describeEvent(ReactionAdded, ReactionOfUser, 'A user reacted to a message.'),
  describeEvent(ReactionRemoved, ReactionOfUser, 'A user took a reaction back.'),
  describeEvent(
    ReadMoved,
    ReadMarker,
    'The subscriber has read up to a message, on any device, or has marked messages as unread: the marker also moves back. Their own messages move the marker without this event.',
  ),
  describeEvent(
    LevelChanged,
    NotificationLevel,
    'The subscriber chose a notification level in a room, or muted it. A mute ends at its time without an event.',
  ),
  describeEvent(
    FavouriteChanged,
    FavouriteRoom,
    'The subscriber added a room to their favourites, or removed it.',
  ),
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
      'Which users are online, among those who share a room of up to 1,000 members with the subscriber. The first event lists all of them, later ones carry changes.',
    isTransient: true,
  },
];

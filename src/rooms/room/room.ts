import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { id, ONE_LINE, time, timeOrNull } from '../../http/described-properties.js';
import { MAX_ROOM_NAME_LENGTH, MAX_TOPIC_LENGTH } from './lengths.js';
import { Message } from './message.js';
import { type Level, type LevelOfMember, LEVELS } from './notification-level.js';

export const KINDS = ['public', 'private', 'direct'] as const;
export type Kind = (typeof KINDS)[number];

export const ROLES = ['owner', 'member'] as const;
export type Role = (typeof ROLES)[number];

const READ_SEQ = 'The `seq` of the last message that the member has read; 0 if there is none.';
const UNREAD = 'How many messages by other users come after it, not counting deleted ones.';
const MENTIONS = 'How many of the unread messages mention the member.';

const role = {
  enum: ROLES,
  description: 'What the member may do: an `owner` may also change the room and its members.',
  example: ROLES[1],
};

const count = (description: string, example: number) => ({
  type: 'integer' as const,
  minimum: 0,
  description,
  example,
});

export const LEVEL = {
  enum: LEVELS,
  description:
    'Which messages of others notify the member: `all`, only those with `mentions` of them, or `nothing`.',
  example: LEVELS[1],
};

const MUTED = timeOrNull(
  'Nothing notifies the member before this time; `null` if the room is not muted. The mute ends at this time without an event.',
);

/** A room, or a direct conversation. */
@ApiSchema({ description: 'A room, or a direct conversation.' })
export class Room {
  @ApiProperty(id('The id of the room.'))
  readonly id!: string;

  @ApiProperty({
    enum: KINDS,
    description:
      '`public`: every signed-in user finds and may join it. `private`: by invitation only. `direct`: the conversation of two users.',
    example: KINDS[0],
  })
  readonly kind!: Kind;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: MAX_ROOM_NAME_LENGTH,
    pattern: ONE_LINE,
    description: 'The name; `null` for a direct conversation.',
    example: 'Analysis',
  })
  readonly name!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: MAX_TOPIC_LENGTH,
    pattern: ONE_LINE,
    description: 'What the room is about; `null` if its owners have not said so.',
    example: 'Notes on the Analytical Engine',
  })
  readonly topic!: string | null;

  @ApiProperty(timeOrNull('When the room was closed for new messages; `null` if it is open.'))
  readonly archivedAt!: string | null;

  @ApiProperty(time('When the room was created.'))
  readonly createdAt!: string;

  @ApiProperty(time('When the room was last changed.'))
  readonly updatedAt!: string;
}

@ApiSchema({ description: 'A member of a room.' })
export class Member {
  @ApiProperty(id('The id of the user.'))
  readonly userId!: string;

  @ApiProperty(role)
  readonly role!: Role;

  @ApiProperty(time('When the user joined the room.'))
  readonly joinedAt!: string;
}

/** How far a member has read a room, and the unread counts. */
@ApiSchema({ description: 'How far a member has read a room, and what is unread.' })
export class ReadMarker {
  @ApiProperty(id('The id of the room.'))
  readonly roomId!: string;

  @ApiProperty(count(READ_SEQ, 1040))
  readonly readSeq!: number;

  @ApiProperty(count(UNREAD, 2))
  readonly unread!: number;

  @ApiProperty(count(MENTIONS, 1))
  readonly mentions!: number;
}

/** What notifies a member in a room. */
@ApiSchema({ description: 'What notifies a member in a room.' })
export class NotificationLevel implements LevelOfMember {
  @ApiProperty(id('The id of the room.'))
  readonly roomId!: string;

  @ApiProperty(LEVEL)
  readonly level!: Level;

  @ApiProperty(MUTED)
  readonly mutedUntil!: string | null;
}

/** A room from the view of one of its members. */
@ApiSchema({
  description:
    'A room that the caller is in, with their role, their read marker, their unread counts, their notification level, whether it is a favourite, and which of its messages they have saved.',
})
export class Membership {
  @ApiProperty({ type: Room, description: 'The room.' })
  readonly room!: Room;

  @ApiProperty(role)
  readonly role!: Role;

  @ApiProperty(time('When the user joined the room.'))
  readonly joinedAt!: string;

  @ApiProperty(count('The `seq` of the last message; 0 if there is none.', 1042))
  readonly lastSeq!: number;

  @ApiProperty(count(READ_SEQ, 1040))
  readonly readSeq!: number;

  @ApiProperty(count(UNREAD, 2))
  readonly unread!: number;

  @ApiProperty(count(MENTIONS, 1))
  readonly mentions!: number;

  @ApiProperty(LEVEL)
  readonly level!: Level;

  @ApiProperty(MUTED)
  readonly mutedUntil!: string | null;

  @ApiProperty({ description: 'Whether the room is a favourite of the member.', example: false })
  readonly favourite!: boolean;

  @ApiProperty({
    type: 'array',
    items: { type: 'integer', minimum: 1 },
    description:
      'The `seq` of each message of the room that the member has saved for later, in ascending order.',
    example: [1042],
  })
  readonly saved!: readonly number[];

  @ApiProperty({
    type: Message,
    nullable: true,
    description: 'The last message; `null` if there is none.',
  })
  readonly lastMessage!: Message | null;

  @ApiPropertyOptional({
    type: [Member],
    description: 'The two users of a direct conversation; absent in other rooms.',
  })
  readonly members?: readonly Member[];
}

@ApiSchema({ description: 'An invitation into a room.' })
export class Invitation {
  @ApiProperty({ type: Room, description: 'The room.' })
  readonly room!: Room;

  @ApiProperty(id('The id of the user who is invited.'))
  readonly userId!: string;

  @ApiProperty(id('The id of the user who sent the invitation.'))
  readonly invitedBy!: string;

  @ApiProperty(time('When the user was invited.'))
  readonly createdAt!: string;
}

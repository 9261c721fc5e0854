import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Selectable } from 'kysely';
import { EXAMPLE_ID, id, time, timeOrNull, UUID } from '../../http/described-properties.js';
import { MessageFile } from './message-file.js';
import type { Reaction } from './reactions.js';
import type { MessagesTable } from './rooms.tables.js';
import { Thread } from './thread.js';

/** The property of an emoji. The longest ones have 10 code points: a kiss of two people, each with a skin tone. */
export const EMOJI = {
  type: 'string' as const,
  minLength: 1,
  maxLength: 16,
  description: 'An emoji: one that Unicode recommends for general interchange, fully qualified.',
  example: '👍',
};

@ApiSchema({ description: 'The reactions to a message with one emoji.' })
export class MessageReaction implements Reaction {
  @ApiProperty(EMOJI)
  readonly emoji!: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', ...UUID },
    description: 'The ids of the users who reacted with it, the first one first.',
    example: [EXAMPLE_ID],
  })
  readonly userIds!: readonly string[];
}

/** A message in a room. */
@ApiSchema({ description: 'A message in a room.' })
export class Message {
  @ApiProperty(id('The id of the message.'))
  readonly id!: string;

  @ApiProperty(id('The id of the room.'))
  readonly roomId!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'The place of the message in its room, from 1, without gaps.',
    example: 1042,
  })
  readonly seq!: number;

  @ApiProperty(id('The id of the user who wrote it.'))
  readonly authorId!: string;

  @ApiProperty(id('The UUID that the client generated for the message.'))
  readonly clientId!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The plain text, which is empty if the message has only files; `null` if the message is deleted.',
    example: 'Good morning, @john!',
  })
  readonly text!: string | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', ...UUID },
    description: 'The ids of the members that the message mentions.',
    example: [EXAMPLE_ID],
  })
  readonly mentions!: readonly string[];

  @ApiProperty({
    description:
      'Whether it mentions every member with `@all`. Then it counts as a mention for each of them, also for those who are not in `mentions`.',
    example: false,
  })
  readonly mentionsAll!: boolean;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    nullable: true,
    description:
      'The `seq` of the message of this room to which it replies; `null` if it is no reply.',
    example: null,
  })
  readonly replyTo!: number | null;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    nullable: true,
    description:
      'The `seq` of the first message of the thread that it belongs to; `null` if it is no reply.',
    example: null,
  })
  readonly threadOf!: number | null;

  @ApiProperty({
    type: Thread,
    nullable: true,
    description:
      'The thread that begins with it; `null` if it has no reply. A reply begins no thread of its own.',
    example: null,
  })
  readonly thread!: Thread | null;

  @ApiProperty({
    type: [MessageReaction],
    description: 'The reactions to the message, the first emoji first.',
  })
  readonly reactions!: readonly MessageReaction[];

  @ApiProperty({ type: [MessageFile], description: 'The files of the message, in its order.' })
  readonly files!: readonly MessageFile[];

  @ApiProperty(time('When the message was posted.'))
  readonly createdAt!: string;

  @ApiProperty(timeOrNull('When the message was last edited; `null` if it never was.'))
  readonly editedAt!: string | null;

  @ApiProperty(timeOrNull('When the message was deleted; `null` if it is not.'))
  readonly deletedAt!: string | null;
}

/** A message that is deleted keeps its place. */
export const withoutContent = (message: Message, deletedAt: string): Message => ({
  ...message,
  text: null,
  mentions: [],
  mentionsAll: false,
  reactions: [],
  files: [],
  deletedAt,
});

export const toMessage = (row: Selectable<MessagesTable>): Message => ({
  id: row.id,
  roomId: row.room_id,
  seq: row.seq,
  authorId: row.author_id,
  clientId: row.client_id,
  text: row.text,
  mentions: JSON.parse(row.mentions) as string[],
  mentionsAll: row.mentions_all === 1,
  replyTo: row.reply_to,
  threadOf: row.thread_of,
  thread: toThread(row),
  reactions: JSON.parse(row.reactions) as MessageReaction[],
  files: JSON.parse(row.files) as MessageFile[],
  createdAt: row.created_at,
  editedAt: row.edited_at,
  deletedAt: row.deleted_at,
});

const toThread = (row: Selectable<MessagesTable>): Thread | null =>
  row.last_reply_seq === null
    ? null
    : { replies: row.replies, lastSeq: row.last_reply_seq, lastAt: row.last_reply_at! };

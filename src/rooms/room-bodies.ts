import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  isUUID,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { id, LINES_OF_ANY_KIND, UUID } from '../http/described-properties.js';
import { canonicalId } from '../http/ids.js';
import { IfPresent } from '../http/if-present.js';
import { describedName, Name } from '../http/names.js';
import { PageCursor } from '../http/paging.js';
import { lengthMistake, withLineFeeds } from '../http/text.js';
import { TextField } from '../http/text-fields.js';
import { WholeNumber } from '../whole-number.js';
import { LONGEST_ROOM_NAME, LONGEST_SEARCH } from './lengths.js';
import { LONGEST_MESSAGE, messageMistake } from './message-text.js';
import { KINDS, type Kind, ROLES, type Role } from './room.js';
import { termsOf } from './words.js';

const MOST_MESSAGES = 200;

const UUID_LENGTH = 36;

const Id = (what: string): PropertyDecorator =>
  TextField(UUID_LENGTH, {
    clean: canonicalId,
    mistake: (id) => (isUUID(id) ? undefined : `must be the id of ${what}`),
  });

/** Refuses a property that rooms of these kinds do not have. */
const NotOf = (kinds: readonly Kind[]): PropertyDecorator =>
  ValidateBy({
    name: 'notOf',
    validator: {
      validate: (_value, args) => !kinds.includes((args!.object as CreateRoomBody).kind),
      defaultMessage: (args) =>
        `must be left out of a ${(args!.object as CreateRoomBody).kind} room`,
    },
  });

/** Either of the two below: as one class, since the kind decides what the others must be. */
export class CreateRoomBody {
  @IsIn(KINDS, { message: `must be one of ${KINDS.join(', ')}` })
  readonly kind!: Kind;

  @ValidateIf(({ kind }: CreateRoomBody, value) => kind !== 'direct' || value !== undefined)
  @Name(LONGEST_ROOM_NAME)
  @NotOf(['direct'])
  readonly name?: string;

  @ValidateIf(({ kind }: CreateRoomBody, value) => kind === 'direct' || value !== undefined)
  @Id('a user')
  @NotOf(['public', 'private'])
  readonly userId?: string;
}

@ApiSchema({ description: 'A new public or private room.' })
export class CreateNamedRoomBody {
  @ApiProperty({
    enum: ['public', 'private'],
    description:
      '`public`: every signed-in user finds and may join it. `private`: by invitation only.',
  })
  readonly kind!: Exclude<Kind, 'direct'>;

  @ApiProperty(describedName('The name of the room.', 'Analysis', LONGEST_ROOM_NAME))
  readonly name!: string;
}

@ApiSchema({ description: 'The direct conversation with another user.' })
export class OpenDirectBody {
  @ApiProperty({ enum: ['direct'], description: 'A direct conversation.' })
  readonly kind!: 'direct';

  @ApiProperty(id('The id of the other user.'))
  readonly userId!: string;
}

@ApiSchema({ description: 'The properties to change. Those that are left out stay as they are.' })
export class UpdateRoomBody {
  @ApiPropertyOptional(describedName('The new name.', 'Synthesis', LONGEST_ROOM_NAME))
  @IfPresent()
  @Name(LONGEST_ROOM_NAME)
  readonly name?: string;

  @ApiPropertyOptional({
    description: 'Whether the room is closed for new messages.',
    example: false,
  })
  @IfPresent()
  @IsBoolean({ message: 'must be true or false' })
  readonly archived?: boolean;
}

@ApiSchema({ description: 'An invitation.' })
export class InviteBody {
  @ApiProperty(id('The id of the user to invite.'))
  @Id('a user')
  readonly userId!: string;
}

@ApiSchema({ description: 'The role of a member.' })
export class ChangeRoleBody {
  @ApiProperty({
    enum: ROLES,
    description: '`owner`: may change the room and its members. `member`: may read and post.',
  })
  @IsIn(ROLES, { message: `must be one of ${ROLES.join(', ')}` })
  readonly role!: Role;
}

/** Plain text: line breaks of any kind become LF, and nothing else that cannot be seen or typed. */
const MessageText = (): PropertyDecorator =>
  TextField(LONGEST_MESSAGE, { clean: withLineFeeds, mistake: messageMistake });

const text = (description: string, example: string) => ({
  description: `${description} Plain text with at least one visible character; line breaks of any kind become LF.`,
  minLength: 1,
  maxLength: LONGEST_MESSAGE,
  pattern: LINES_OF_ANY_KIND,
  example,
});

@ApiSchema({ description: 'A new message.' })
export class PostMessageBody {
  @ApiProperty({
    ...UUID,
    description:
      'A new UUID for each message. A repeat with the same one and the same text posts nothing and gets the same message.',
  })
  @Id('the message, a UUID that the client draws')
  readonly clientId!: string;

  @ApiProperty(
    text('The text of the message. `@username` mentions a member.', 'Good morning, @john!'),
  )
  @MessageText()
  readonly text!: string;
}

@ApiSchema({ description: 'The new text of a message.' })
export class EditMessageBody {
  @ApiProperty(text('The new text of the message.', 'Good evening, @john!'))
  @MessageText()
  readonly text!: string;
}

@ApiSchema({ description: 'How far the caller has read.' })
export class ReadBody {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'The `seq` of the last message that the caller has read.',
    example: 1042,
  })
  @IsInt({ message: 'must be a whole number from 0' })
  @Min(0, { message: 'must be a whole number from 0' })
  @Max(Number.MAX_SAFE_INTEGER, { message: 'must be a whole number from 0' })
  readonly seq!: number;
}

const ONE_PLACE = 'Cannot be combined with any other of `before`, `after`, `around` and `at`.';

const seq = (description: string) => ({
  type: 'integer' as const,
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: `${description} ${ONE_PLACE}`,
  example: 1042,
});

const LIMIT = { type: 'integer', minimum: 1, maximum: MOST_MESSAGES, default: 50 } as const;

/** RFC 3339, 5.6, where T and Z may be in lower case. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** A part of a room's history: at one place, or at its end. */
export class MessagesQuery {
  @ApiPropertyOptional({ ...LIMIT, description: 'The maximum number of messages to return.' })
  @IsOptional()
  @WholeNumber(1, MOST_MESSAGES)
  limit: number = LIMIT.default;

  @ApiPropertyOptional(seq('Returns the newest messages before this `seq`.'))
  @IsOptional()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  before?: number;

  @ApiPropertyOptional(seq('Returns the oldest messages after this `seq`.'))
  @IsOptional()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  after?: number;

  @ApiPropertyOptional(seq('Returns the messages on both sides of this `seq`.'))
  @IsOptional()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  around?: number;

  @ApiPropertyOptional({
    format: 'date-time',
    description: `Returns the messages around the first one posted at or after this time. ${ONE_PLACE}`,
    example: '2026-03-01T12:00:00Z',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.toUpperCase() : value,
  )
  @Matches(TIME, { message: 'must be a time such as 2026-03-01T12:00:00Z' })
  @IsISO8601({ strict: true }, { message: 'must be a time such as 2026-03-01T12:00:00Z' })
  at?: string;
}

function searchMistake(query: string): string | undefined {
  const length = lengthMistake(query, LONGEST_SEARCH);
  if (length) return length;
  if (!termsOf(query))
    return 'must contain a word of at least two letters or digits, an emoji, or a character of a script without spaces, such as 鐘';
  return undefined;
}

export class SearchQuery {
  @ApiProperty({
    minLength: 1,
    maxLength: LONGEST_SEARCH,
    description:
      'The words that a message must all contain. Of the last word, the first two or more characters are enough. In scripts without spaces, such as Chinese, and in Korean, any part of a sentence is found.',
    example: 'analysis eng',
  })
  @TextField(LONGEST_SEARCH, { mistake: searchMistake })
  q!: string;

  @ApiPropertyOptional(id('Searches only this room, which the caller must be in.'))
  @IsOptional()
  @Id('a room')
  room?: string;

  @PageCursor()
  after?: string;

  @ApiPropertyOptional({ ...LIMIT, description: 'The maximum number of messages to return.' })
  @IsOptional()
  @WholeNumber(1, MOST_MESSAGES)
  limit: number = LIMIT.default;
}

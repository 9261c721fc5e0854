import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  IsUUID,
  Max,
  Min,
} from 'class-validator';
import { id, LINES_OF_ANY_KIND, UUID } from '../../http/described-properties.js';
import { IdField } from '../../http/id-field.js';
import { canonicalId } from '../../http/ids.js';
import { IfPresent } from '../../http/if-present.js';
import { PageCursor } from '../../http/paging.js';
import { TextField } from '../../http/text-fields.js';
import { mistakeDetail } from '../../http/text-mistakes.js';
import { lengthMistake, withLineFeeds } from '../../http/text.js';
import { TimeField } from '../../http/time-field.js';
import { WholeNumber } from '../../whole-number.js';
import { MAX_FILES, MAX_SEARCH_LENGTH } from '../room/lengths.js';
import { MAX_UNCONFIRMED } from '../room/notification-level.js';
import { MAX_MESSAGE_LENGTH, messageMistake } from './message-text.js';
import { termsOf } from '../../words/words.js';

const MAX_MESSAGES = 200;

const WHOLE_NUMBER = 'must be a whole number from 1';

const FILE_IDS = `must be a list of up to ${MAX_FILES} different ids of files`;

const text = (description: string, example: string) => ({
  description: `${description} Plain text with at least one visible character; line breaks of any kind become LF.`,
  minLength: 1,
  maxLength: MAX_MESSAGE_LENGTH,
  pattern: LINES_OF_ANY_KIND,
  example,
});

@ApiSchema({ description: 'A new message.' })
export class PostMessageBody {
  @ApiProperty({
    ...UUID,
    description:
      'A new UUID for each message. A retry with the same UUID and text posts nothing and returns the same message.',
  })
  @IdField('the message, a UUID that the client draws')
  readonly clientId!: string;

  @ApiProperty({
    ...text(
      'The text of the message. `@username` mentions a member, and `@all` every member: see `mentionAll`. It may be empty if the message has files.',
      'Good morning, @john!',
    ),
    minLength: 0,
  })
  @TextField(MAX_MESSAGE_LENGTH, {
    clean: withLineFeeds,
    mistake: (given, body) =>
      given === '' && hasFiles(body as PostMessageBody) ? undefined : messageMistake(given),
  })
  readonly text!: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    nullable: true,
    description: 'The `seq` of the message of this room to which it replies, if any.',
    // Swagger UI sends the examples as they are, to a room that may have no other message.
    example: null,
  })
  @IsOptional()
  @IsInt({ message: WHOLE_NUMBER })
  @Min(1, { message: WHOLE_NUMBER })
  @Max(Number.MAX_SAFE_INTEGER, { message: WHOLE_NUMBER })
  readonly replyTo?: number | null;

  @ApiPropertyOptional({
    description: `Whether \`@all\` in the text mentions every member. By default it does so only in rooms of up to ${MAX_UNCONFIRMED} members. In larger rooms, \`true\` is required, and only owners may send it; without it, \`@all\` mentions nobody. An edit does not add the mention there.`,
    example: false,
  })
  @IfPresent()
  @IsBoolean({ message: 'must be true or false' })
  readonly mentionAll?: boolean;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', ...UUID },
    maxItems: MAX_FILES,
    uniqueItems: true,
    description:
      'The ids of files that the caller has uploaded to this room, in the order in which they are shown. A file belongs to one message.',
    example: [],
  })
  @Transform(({ value }: { value: unknown }) => canonicalIds(value))
  @IfPresent()
  @IsArray({ message: FILE_IDS })
  @ArrayMaxSize(MAX_FILES, { message: FILE_IDS })
  @ArrayUnique({ message: FILE_IDS })
  @IsUUID('all', { each: true, message: FILE_IDS })
  readonly files?: readonly string[];
}

const hasFiles = ({ files }: PostMessageBody): boolean => Array.isArray(files) && files.length > 0;

const canonicalIds = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((one: unknown) => (typeof one === 'string' ? canonicalId(one) : one))
    : value;

@ApiSchema({ description: 'The new text of a message.' })
export class EditMessageBody {
  @ApiProperty({
    ...text(
      'The new text of the message. It may be empty if the message has files.',
      'Good evening, @john!',
    ),
    minLength: 0,
  })
  @TextField(MAX_MESSAGE_LENGTH, {
    clean: withLineFeeds,
    // Whether the message has files is checked when it is edited.
    mistake: (given) => (given === '' ? undefined : messageMistake(given)),
  })
  readonly text!: string;
}

const ONE_PLACE = 'Cannot be combined with any other of `before`, `after`, `around` and `at`.';

const seq = (description: string) => ({
  type: 'integer' as const,
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: `${description} ${ONE_PLACE}`,
  example: 1042,
});

const LIMIT = { type: 'integer', minimum: 1, maximum: MAX_MESSAGES, default: 50 } as const;

/** A part of a room's history: at one place, or at its end. */
export class MessagesQuery {
  @ApiPropertyOptional({ ...LIMIT, description: 'The maximum number of messages to return.' })
  @IsOptional()
  @WholeNumber(1, MAX_MESSAGES)
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
  @TimeField()
  at?: string;
}

function searchMistake(query: string): string | undefined {
  const length = lengthMistake(query, MAX_SEARCH_LENGTH);
  if (length) return mistakeDetail(length);
  if (!termsOf(query))
    return 'must contain a word of at least two letters or digits, an emoji, or a character of a script without spaces, such as 鐘';
  return undefined;
}

export class SearchQuery {
  @ApiProperty({
    minLength: 1,
    maxLength: MAX_SEARCH_LENGTH,
    description:
      'The words that a message must all contain. Of the last word, the first two or more characters are enough. In scripts without spaces, such as Chinese, and in Korean, any part of a sentence is found.',
    example: 'analysis eng',
  })
  @TextField(MAX_SEARCH_LENGTH, { mistake: searchMistake })
  q!: string;

  @ApiPropertyOptional(id('Searches only this room, which the caller must be in.'))
  @IsOptional()
  @IdField('a room')
  room?: string;

  @PageCursor()
  after?: string;

  @ApiPropertyOptional({ ...LIMIT, description: 'The maximum number of messages to return.' })
  @IsOptional()
  @WholeNumber(1, MAX_MESSAGES)
  limit: number = LIMIT.default;
}

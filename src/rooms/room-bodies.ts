import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { termsOf } from '../database/text-search.js';
import { Name } from '../http/names.js';
import { PageCursor } from '../http/paging.js';
import { isVisible } from '../http/visible-text.js';
import { WholeNumber } from '../whole-number.js';
import { KINDS, type Kind, ROLES, type Role } from './room.js';

const LONGEST_ROOM_NAME = 100; // Unicode code points
const LONGEST_MESSAGE = 8000; // Unicode code points
const MOST_MESSAGES = 200;
const LONGEST_SEARCH = 200; // UTF-16 code units

const ID = { format: 'uuid', example: '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071' };

const lowerCase = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.toLowerCase() : value;

/** UUIDs are read in either case, and written in lower case (RFC 9562, section 4). */
const Id =
  (what: string): PropertyDecorator =>
  (target, key) => {
    Transform(lowerCase)(target, key);
    IsUUID('all', { message: `must be the id of ${what}` })(target, key);
  };

const present = (_: unknown, value: unknown): boolean => value !== undefined;

export class CreateRoomBody {
  @ApiProperty({ enum: KINDS })
  @IsIn(KINDS, { message: `must be one of ${KINDS.join(', ')}` })
  readonly kind!: Kind;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: LONGEST_ROOM_NAME,
    description: 'Of a public or private room.',
    example: 'Analysis',
  })
  @ValidateIf(({ kind }: CreateRoomBody, value) => kind !== 'direct' || value !== undefined)
  @Name(LONGEST_ROOM_NAME)
  readonly name?: string;

  @ApiPropertyOptional({ ...ID, description: 'The other one of a direct conversation.' })
  @ValidateIf(({ kind }: CreateRoomBody, value) => kind === 'direct' || value !== undefined)
  @Id('a user')
  readonly userId?: string;
}

export class UpdateRoomBody {
  @ApiPropertyOptional({ minLength: 1, maxLength: LONGEST_ROOM_NAME, example: 'Synthesis' })
  @ValidateIf(present)
  @Name(LONGEST_ROOM_NAME)
  readonly name?: string;

  @ApiPropertyOptional({ description: 'Whether it is closed for new messages.' })
  @ValidateIf(present)
  @IsBoolean({ message: 'must be true or false' })
  readonly archived?: boolean;
}

export class InviteBody {
  @ApiProperty({ ...ID, description: 'Who is invited.' })
  @Id('a user')
  readonly userId!: string;
}

export class ChangeRoleBody {
  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES, { message: `must be one of ${ROLES.join(', ')}` })
  readonly role!: Role;
}

/** Plain text: line breaks are LF, and nothing else that cannot be seen or typed. */
const MessageText = (): PropertyDecorator => (target, key) => {
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.replaceAll(/\r\n?/g, '\n') : value,
  )(target, key);
  ValidateBy({
    name: 'messageText',
    validator: {
      validate: (value) => mistake(value) === undefined,
      defaultMessage: (args) => mistake(args?.value) ?? '',
    },
  })(target, key);
};

function mistake(value: unknown): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string') return 'must be a string';
  if (!value.isWellFormed()) return 'must be Unicode text, without half a surrogate pair';
  if (/[^\P{Cc}\n\t]/u.test(value))
    return 'must not have control characters other than line break and tab';
  const length = [...value].length;
  if (length > LONGEST_MESSAGE)
    return `must have at most ${LONGEST_MESSAGE} characters; it has ${length}`;
  if (!isVisible(value)) return 'must have a character that can be seen';
  return undefined;
}

export class PostMessageBody {
  @ApiProperty({
    ...ID,
    description:
      'A new UUID for each message: a repeat with the same one shows one message, and gets the same answer.',
  })
  @Id('the message, a UUID that the client draws')
  readonly clientId!: string;

  @ApiProperty({ minLength: 1, maxLength: LONGEST_MESSAGE, example: 'Good morning, @john!' })
  @MessageText()
  readonly text!: string;
}

export class EditMessageBody {
  @ApiProperty({ minLength: 1, maxLength: LONGEST_MESSAGE, example: 'Good evening, @john!' })
  @MessageText()
  readonly text!: string;
}

export class ReadBody {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'All up to this message is read.' })
  @IsInt({ message: 'must be a whole number from 0' })
  @Min(0, { message: 'must be a whole number from 0' })
  @Max(Number.MAX_SAFE_INTEGER, { message: 'must be a whole number from 0' })
  readonly seq!: number;
}

const LIMIT = { type: 'integer', minimum: 1, maximum: MOST_MESSAGES, default: 50 } as const;

/** RFC 3339, 5.6. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** A part of a room's history: at one place, or at its end. */
export class MessagesQuery {
  @ApiPropertyOptional({ ...LIMIT, description: 'How many at most.' })
  @IsOptional()
  @WholeNumber(1, MOST_MESSAGES)
  limit: number = LIMIT.default;

  @ApiPropertyOptional({ type: 'integer', description: 'The ones before this `seq`.' })
  @IsOptional()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  before?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'The ones after this `seq`.' })
  @IsOptional()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  after?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'The ones on both sides of this `seq`.' })
  @IsOptional()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  around?: number;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'The ones around the first message from this time on.',
  })
  @IsOptional()
  @Matches(TIME, { message: 'must be a time such as 2026-03-01T12:00:00Z' })
  @IsISO8601({ strict: true }, { message: 'must be a time such as 2026-03-01T12:00:00Z' })
  at?: string;
}

function searchMistake(query: string): string | undefined {
  if (query.length > LONGEST_SEARCH)
    return `must have at most ${LONGEST_SEARCH} characters; it has ${query.length}`;
  if (!termsOf(query))
    return 'must have a word of two characters or more, or one of a script without spaces, such as 鐘';
  return undefined;
}

export class SearchQuery {
  @ApiProperty({
    minLength: 1,
    maxLength: LONGEST_SEARCH,
    description:
      'Words that a message must all have. The last one may be the beginning of a word, from its second character on.',
  })
  @Type(() => String)
  @IsString({ message: 'must be text' })
  @ValidateBy({
    name: 'searchable',
    validator: {
      validate: (value) => searchMistake(String(value)) === undefined,
      defaultMessage: (args) => searchMistake(String(args?.value)) ?? '',
    },
  })
  q!: string;

  @ApiPropertyOptional({ ...ID, description: 'Only in this room.' })
  @IsOptional()
  @Id('a room')
  room?: string;

  @PageCursor()
  after?: string;

  @ApiPropertyOptional({ ...LIMIT, description: 'How many at most.' })
  @IsOptional()
  @WholeNumber(1, MOST_MESSAGES)
  limit: number = LIMIT.default;
}

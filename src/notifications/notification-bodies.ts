import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsOptional, ValidateBy } from 'class-validator';
import { id, LINES_OF_ANY_KIND } from '../http/described-properties.js';
import { IdField } from '../http/id-field.js';
import { IfPresent } from '../http/if-present.js';
import { describedName, Name } from '../http/names.js';
import { KeysetQuery } from '../http/paging.js';
import { portabilityMistake } from '../http/portable-json.js';
import { TextField } from '../http/text-fields.js';
import { controlMistake, lengthMistake, type TextMistake, withLineFeeds } from '../http/text.js';
import { Addressee, AddresseeField } from './addressee.js';
import {
  LONGEST_BODY,
  LONGEST_KIND,
  LONGEST_TITLE,
  LONGEST_URL,
  MOST_DATA,
} from './notification-limits.js';

const KIND = '^[A-Za-z0-9][A-Za-z0-9._:/-]*$';
const KINDS = new RegExp(KIND);

function kindMistake(kind: string): TextMistake | string | undefined {
  const mistake = lengthMistake(kind, LONGEST_KIND, 1);
  if (mistake || KINDS.test(kind)) return mistake;
  return 'must consist of ASCII letters, digits and . _ : / -';
}

function bodyMistake(body: string): TextMistake | undefined {
  if (!body.isWellFormed()) return { kind: 'lone surrogate' };
  return controlMistake(body, true) ?? lengthMistake(body, LONGEST_BODY, 1);
}

/** Browsers ignore tabs and line breaks in a URL, and read `\` as `/`: `/\example.org` leads to another host. */
function urlMistake(url: string): TextMistake | string | undefined {
  const length = lengthMistake(url, LONGEST_URL, 1);
  if (length) return length;
  const isPath = /^\/(?![/\\])/.test(url);
  const isWeb = /^https?:\/\//i.test(url) && URL.canParse(url);
  if ((isPath || isWeb) && url.isWellFormed() && !/[\s\p{Cc}]/u.test(url)) return undefined;
  return 'must be an http or https URL, or a path that starts with one /';
}

/** Any JSON object up to the maximum size. */
const DataField = (): PropertyDecorator =>
  ValidateBy({
    name: 'data',
    validator: {
      validate: (value) => dataMistake(value) === undefined,
      defaultMessage: (args) => dataMistake(args!.value)!,
    },
  });

function dataMistake(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'must be a JSON object';
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  if (bytes > MOST_DATA) return `must have at most ${MOST_DATA} bytes as JSON; it has ${bytes}`;
  return portabilityMistake(json);
}

@ApiSchema({ description: 'A notification to send.' })
export class SendNotificationBody {
  @ApiProperty({ type: Addressee, description: 'Who receives it.' })
  @AddresseeField()
  readonly to!: Addressee;

  @ApiProperty({
    description: 'What it is about, for programs that filter notifications.',
    minLength: 1,
    maxLength: LONGEST_KIND,
    pattern: KIND,
    example: 'order',
  })
  @TextField(LONGEST_KIND, { mistake: kindMistake })
  readonly kind!: string;

  @ApiProperty(describedName('The title.', 'Your order has been shipped', LONGEST_TITLE))
  @Name(LONGEST_TITLE)
  readonly title!: string;

  @ApiPropertyOptional({
    description: 'Plain text; line breaks of any kind become LF.',
    minLength: 1,
    maxLength: LONGEST_BODY,
    pattern: LINES_OF_ANY_KIND,
    example: 'It arrives tomorrow.',
  })
  @IfPresent()
  @TextField(LONGEST_BODY, { clean: withLineFeeds, mistake: bodyMistake })
  readonly body?: string;

  @ApiPropertyOptional({
    description: 'Where the notification leads: an `http` or `https` URL, or a path.',
    minLength: 1,
    maxLength: LONGEST_URL,
    example: '/orders/42',
  })
  @IfPresent()
  @TextField(LONGEST_URL, { mistake: urlMistake })
  readonly url?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: `Data for programs: an object of at most ${MOST_DATA} bytes of JSON.`,
    example: { orderId: 42 },
  })
  @IfPresent()
  @DataField()
  readonly data?: object;
}

@ApiSchema({ description: 'How far the caller has read.' })
export class MarkReadBody {
  @ApiProperty(id('The id of the last notification that the caller has read.'))
  @IdField('a notification')
  readonly upTo!: string;
}

export class NotificationsQuery extends KeysetQuery {
  @ApiPropertyOptional({
    description: '`true` returns only unread notifications.',
    enum: ['true', 'false'],
    default: 'false',
  })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  unread: 'true' | 'false' = 'false';
}

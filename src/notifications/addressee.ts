import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { isUUID, ValidateBy } from 'class-validator';
import { EXAMPLE_ID } from '../http/described-properties.js';

/** The maximum length of an addressee in UTF-16 code units. */
const LONGEST = 512;

@ApiSchema({ description: 'Who receives a notification: exactly one of these properties.' })
export class Addressee {
  @ApiPropertyOptional({
    description:
      'The `sub` of a user in the tokens of the issuer. A user who has not signed in yet receives the notification when they do.',
    maxLength: LONGEST,
    example: '248289761001',
  })
  readonly sub?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'The id of a user who can sign in.',
    example: EXAMPLE_ID,
  })
  readonly userId?: string;

  @ApiPropertyOptional({ description: 'The username of a user.', maxLength: LONGEST })
  readonly username?: string;

  @ApiPropertyOptional({
    description:
      'A topic of Carillon. Every user to whom it is granted now receives the notification: the members of a room for `rooms/<id>`. Topics of other programs are refused, because no list of their users exists.',
    maxLength: LONGEST,
    example: `rooms/${EXAMPLE_ID}`,
  })
  readonly topic?: string;

  @ApiPropertyOptional({
    enum: [true],
    description: 'Every user who has an account now.',
    example: true,
  })
  readonly everyone?: true;
}

const NAMES = ['sub', 'userId', 'username', 'topic', 'everyone'];

/** One check for the whole object, because its properties exclude each other. */
export const AddresseeField = (): PropertyDecorator =>
  ValidateBy({
    name: 'addressee',
    validator: {
      validate: (value) => addresseeMistake(value) === undefined,
      defaultMessage: (args) => addresseeMistake(args!.value)!,
    },
  });

function addresseeMistake(value: unknown): string | undefined {
  const entries: [string, unknown][] =
    typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const [name, one] = entries[0] ?? ['', undefined];
  if (entries.length !== 1 || !NAMES.includes(name))
    return `must be an object with one of ${NAMES.join(', ')}`;
  if (name === 'everyone') return one === true ? undefined : 'is wrong: everyone must be true';
  if (typeof one !== 'string' || one === '' || one.length > LONGEST || !one.isWellFormed())
    return `is wrong: ${name} must be a string of 1 to ${LONGEST} characters`;
  if (/\p{Cc}/u.test(one)) return `is wrong: ${name} must not contain control characters`;
  return name === 'userId' && !isUUID(one)
    ? 'is wrong: userId must be the id of a user'
    : undefined;
}

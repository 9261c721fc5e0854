import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';

const LONGEST = 200; // Unicode code points

/**
 * A name: text of any script, kept in Unicode normalization form C (UAX #15) and without space around it,
 * so that names that look the same are the same.
 */
const Name = (): PropertyDecorator => (target, key) => {
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.normalize('NFC').trim() : value,
  )(target, key);
  ValidateBy({
    name: 'name',
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
  if (/\p{Cc}/u.test(value)) return 'must not have control characters, such as a line break';
  const length = [...value].length;
  if (length > 0 && !/[^\p{Z}\p{Cc}\p{Cf}]/u.test(value))
    return 'must have a character that can be seen';
  if (length >= 1 && length <= LONGEST) return undefined;
  return `must have 1 to ${LONGEST} characters, not counting space around it; it has ${length}`;
}

export class CreateUserBody {
  @ApiProperty({ minLength: 1, maxLength: LONGEST, example: 'John' })
  @Name()
  readonly firstname!: string;

  @ApiProperty({ minLength: 1, maxLength: LONGEST, example: 'DOE' })
  @Name()
  readonly lastname!: string;
}

const present = (_: unknown, value: unknown): boolean => value !== undefined;

export class UpdateUserBody {
  @ApiPropertyOptional({ minLength: 1, maxLength: LONGEST, example: 'Jane' })
  @ValidateIf(present)
  @Name()
  readonly firstname?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: LONGEST, example: 'DOE' })
  @ValidateIf(present)
  @Name()
  readonly lastname?: string;
}

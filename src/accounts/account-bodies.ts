import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { dictionary } from '@zxcvbn-ts/language-common';
import { Transform } from 'class-transformer';
import { IsString, Matches, ValidateBy, ValidateIf } from 'class-validator';
import { LONGEST_NAME, Name } from '../http/names.js';

/** NIST SP 800-63B, 3.1.1.2: length and a list of the commonest decide, and nothing else. */
const SHORTEST_PASSWORD = 8;
const LONGEST_PASSWORD = 128;

const COMMON_PASSWORDS = new Set(dictionary['passwords-common']);

/** As every username is. */
export const USERNAME = /^[a-z0-9][a-z0-9._-]{1,31}$/;
const USERNAME_RULE =
  'must have 2 to 32 characters from a to z, 0 to 9, dot, dash and underscore, and begin with a letter or a digit';

const present = (_: unknown, value: unknown): boolean => value !== undefined;

/** Upper and lower case are the same name. */
const Username = (): PropertyDecorator => (target, key) => {
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.trim().toLowerCase() : value,
  )(target, key);
  Matches(USERNAME, { message: USERNAME_RULE })(target, key);
};

const Password = (): PropertyDecorator =>
  ValidateBy({
    name: 'password',
    validator: {
      validate: (value) => mistake(value) === undefined,
      defaultMessage: (args) => mistake(args?.value) ?? '',
    },
  });

function mistake(value: unknown): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string') return 'must be a string';
  if (!value.isWellFormed()) return 'must be Unicode text, without half a surrogate pair';
  const length = [...value.normalize('NFKC')].length;
  if (length < SHORTEST_PASSWORD || length > LONGEST_PASSWORD)
    return `must have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters; it has ${length}`;
  if (COMMON_PASSWORDS.has(value.toLowerCase()))
    return 'is one of the commonest passwords, which are tried first; choose another one';
  return undefined;
}

/** A password that someone chooses. */
export class NewPassword {
  @ApiProperty({
    minLength: SHORTEST_PASSWORD,
    maxLength: LONGEST_PASSWORD,
    format: 'password',
    description: 'Not one of the commonest.',
    example: 'engines of analysis',
  })
  @Password()
  readonly password!: string;
}

export class CreateAccountBody extends NewPassword {
  @ApiProperty({ pattern: USERNAME.source, minLength: 2, maxLength: 32, example: 'ada' })
  @Username()
  readonly username!: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: LONGEST_NAME,
    description: 'The username where it is left out.',
    example: 'Ada',
  })
  @ValidateIf(present)
  @Name()
  readonly firstname?: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: LONGEST_NAME,
    description: 'Empty where it is left out.',
    example: 'LOVELACE',
  })
  @ValidateIf(present)
  @Name()
  readonly lastname?: string;
}

export class ChangePasswordBody extends NewPassword {
  @ApiProperty({ format: 'password', description: 'The password until now.' })
  @IsString({ message: 'must be a string' })
  readonly current!: string;
}

export class SignInBody {
  @ApiProperty({ example: 'ada' })
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.trim().toLowerCase() : value,
  )
  @IsString({ message: 'must be a string' })
  readonly username!: string;

  @ApiProperty({ format: 'password', example: 'engines of analysis' })
  @IsString({ message: 'must be a string' })
  readonly password!: string;
}

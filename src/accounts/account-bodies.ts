import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsIn,
  IsString,
  Matches,
  ValidateBy,
  ValidateIf,
  type ValidationArguments,
} from 'class-validator';
import { LONGEST_NAME, Name } from '../http/names.js';
import { LONGEST_PASSWORD, passwordMistake, SHORTEST_PASSWORD } from './password-rules.js';

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
      validate: (value, args) => passwordMistake(value, usernameIn(args)) === undefined,
      defaultMessage: (args) => passwordMistake(args?.value, usernameIn(args)) ?? '',
    },
  });

/** That of the account, where the body has one. */
function usernameIn(args: ValidationArguments | undefined): string | undefined {
  const { username } = (args?.object ?? {}) as { username?: unknown };
  return typeof username === 'string' ? username : undefined;
}

/** A password that someone chooses. */
export class NewPassword {
  @ApiProperty({
    minLength: SHORTEST_PASSWORD,
    maxLength: LONGEST_PASSWORD,
    format: 'password',
    description:
      'Must not be a common password, be made of the username or the product name, or repeat a sequence of up to 4 characters.',
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
  @ApiProperty({ format: 'password', description: 'The current password.' })
  @IsString({ message: 'must be a string' })
  readonly current!: string;
}

export class DeleteAccountBody {
  @ApiPropertyOptional({
    format: 'password',
    description: 'The current password. Required if the user has one.',
  })
  @ValidateIf(present)
  @IsString({ message: 'must be a string' })
  readonly password?: string;

  @ApiPropertyOptional({
    description: 'For a user of an external issuer, who has no password: their own username or id.',
    example: 'ada',
  })
  @ValidateIf(present)
  @IsString({ message: 'must be a string' })
  readonly confirm?: string;

  @ApiPropertyOptional({
    enum: ['keep', 'delete'],
    default: 'keep',
    description: 'Whether the user’s messages stay, under a pseudonym, or are deleted.',
  })
  @ValidateIf(present)
  @IsIn(['keep', 'delete'], { message: 'must be keep or delete' })
  readonly messages: 'keep' | 'delete' = 'keep';
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

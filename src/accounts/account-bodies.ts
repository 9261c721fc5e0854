import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IfPresent } from '../http/if-present.js';
import { describedName, Name } from '../http/names.js';
import { TextField } from '../http/text-fields.js';
import { cleanUsername, MAX_USERNAME_LENGTH, usernameMistake } from '../users/username.js';
import {
  MAX_PASSWORD_LENGTH,
  MAX_SENT_PASSWORD_LENGTH,
  MAX_SENT_USERNAME_LENGTH,
  MIN_PASSWORD_LENGTH,
} from './password-length.js';
import { passwordMistake } from './password-rules.js';

/** Usernames are not case-sensitive. */
const Username = (): PropertyDecorator =>
  TextField(MAX_USERNAME_LENGTH, { clean: cleanUsername, mistake: usernameMistake });

const Password = (): PropertyDecorator =>
  TextField(MAX_PASSWORD_LENGTH, {
    mistake: (password, body) => passwordMistake(password, usernameIn(body)),
  });

/** The username of the account, if the body has one. */
const usernameIn = ({ username }: { username?: unknown }): string | undefined =>
  typeof username === 'string' ? username : undefined;

/** A new password. */
export class NewPassword {
  @ApiProperty({
    minLength: MIN_PASSWORD_LENGTH,
    maxLength: MAX_PASSWORD_LENGTH,
    format: 'password',
    description:
      'The new password. It must not be a common password, consist of the username or the product name, or repeat a sequence of up to 4 characters.',
    example: 'engines of analysis',
  })
  @Password()
  readonly password!: string;
}

@ApiSchema({ description: 'A new account.' })
export class CreateAccountBody extends NewPassword {
  @ApiProperty({
    description:
      'The name for signing in and for mentions. It is unique; upper and lower case are not distinguished.',
    minLength: 2,
    maxLength: MAX_USERNAME_LENGTH,
    // Without an example, which would be taken after the first request.
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{1,31}$',
  })
  @Username()
  readonly username!: string;

  @ApiPropertyOptional(describedName('The first name. If it is left out, the username.', 'Ada'))
  @IfPresent()
  @Name()
  readonly firstname?: string;

  @ApiPropertyOptional(describedName('The last name. If it is left out, it is empty.', 'LOVELACE'))
  @IfPresent()
  @Name()
  readonly lastname?: string;
}

@ApiSchema({ description: 'The current and the new password of the caller.' })
export class ChangePasswordBody extends NewPassword {
  @ApiProperty({
    maxLength: MAX_SENT_PASSWORD_LENGTH,
    format: 'password',
    description: 'The current password.',
    example: 'engines of difference',
  })
  @TextField(MAX_SENT_PASSWORD_LENGTH)
  readonly current!: string;
}

@ApiSchema({ description: 'Confirms that the caller wants to delete their account.' })
export class DeleteAccountBody {
  @ApiPropertyOptional({
    maxLength: MAX_SENT_PASSWORD_LENGTH,
    format: 'password',
    description: 'The current password. Required if the user has one.',
    example: 'engines of analysis',
  })
  @IfPresent()
  @TextField(MAX_SENT_PASSWORD_LENGTH)
  readonly password?: string;

  @ApiPropertyOptional({
    maxLength: MAX_SENT_USERNAME_LENGTH,
    description: 'For a user of an external issuer, who has no password: their own username or id.',
    example: 'ada',
  })
  @IfPresent()
  @TextField(MAX_SENT_USERNAME_LENGTH)
  readonly confirm?: string;

  @ApiPropertyOptional({
    enum: ['keep', 'delete'],
    default: 'keep',
    description: 'Whether the messages of the user are kept, under a pseudonym, or deleted.',
  })
  @IfPresent()
  @IsIn(['keep', 'delete'], { message: 'must be keep or delete' })
  readonly messages: 'keep' | 'delete' = 'keep';
}

@ApiSchema({ description: 'The username and password of an account.' })
export class SignInBody {
  @ApiProperty({
    maxLength: MAX_SENT_USERNAME_LENGTH,
    description: 'The username, in upper or lower case.',
    example: 'ada',
  })
  @TextField(MAX_SENT_USERNAME_LENGTH, { clean: cleanUsername })
  readonly username!: string;

  @ApiProperty({
    maxLength: MAX_SENT_PASSWORD_LENGTH,
    format: 'password',
    description: 'The password.',
    example: 'engines of analysis',
  })
  @TextField(MAX_SENT_PASSWORD_LENGTH)
  readonly password!: string;
}

import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IfPresent } from '../http/if-present.js';
import { describedName, Name } from '../http/names.js';
import { TextField } from '../http/text-fields.js';
import { cleanUsername, LONGEST_USERNAME, usernameMistake } from '../users/username.js';
import {
  LONGEST_PASSWORD,
  LONGEST_SENT_PASSWORD,
  LONGEST_SENT_USERNAME,
  SHORTEST_PASSWORD,
} from './password-length.js';
import { passwordMistake } from './password-rules.js';

/** Upper and lower case are the same name. */
const Username = (): PropertyDecorator =>
  TextField(LONGEST_USERNAME, { clean: cleanUsername, mistake: usernameMistake });

const Password = (): PropertyDecorator =>
  TextField(LONGEST_PASSWORD, {
    mistake: (password, body) => passwordMistake(password, usernameIn(body)),
  });

/** That of the account, where the body has one. */
const usernameIn = ({ username }: { username?: unknown }): string | undefined =>
  typeof username === 'string' ? username : undefined;

/** A password that someone chooses. */
export class NewPassword {
  @ApiProperty({
    minLength: SHORTEST_PASSWORD,
    maxLength: LONGEST_PASSWORD,
    format: 'password',
    description:
      'The new password. It must not be a common password, be made of the username or the product name, or repeat a sequence of up to 4 characters.',
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
    maxLength: LONGEST_USERNAME,
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
    maxLength: LONGEST_SENT_PASSWORD,
    format: 'password',
    description: 'The current password.',
    example: 'engines of difference',
  })
  @TextField(LONGEST_SENT_PASSWORD)
  readonly current!: string;
}

@ApiSchema({ description: 'Confirms that the caller wants to delete their account.' })
export class DeleteAccountBody {
  @ApiPropertyOptional({
    maxLength: LONGEST_SENT_PASSWORD,
    format: 'password',
    description: 'The current password. Required if the user has one.',
    example: 'engines of analysis',
  })
  @IfPresent()
  @TextField(LONGEST_SENT_PASSWORD)
  readonly password?: string;

  @ApiPropertyOptional({
    maxLength: LONGEST_SENT_USERNAME,
    description: 'For a user of an external issuer, who has no password: their own username or id.',
    example: 'ada',
  })
  @IfPresent()
  @TextField(LONGEST_SENT_USERNAME)
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
    maxLength: LONGEST_SENT_USERNAME,
    description: 'The username, in upper or lower case.',
    example: 'ada',
  })
  @TextField(LONGEST_SENT_USERNAME, { clean: cleanUsername })
  readonly username!: string;

  @ApiProperty({
    maxLength: LONGEST_SENT_PASSWORD,
    format: 'password',
    description: 'The password.',
    example: 'engines of analysis',
  })
  @TextField(LONGEST_SENT_PASSWORD)
  readonly password!: string;
}

import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { id, ONE_LINE, time } from '../http/described-properties.js';
import { MAX_NAME_LENGTH } from '../http/name-rules.js';
import { USERNAME } from './username.js';

/** A user of the directory, as REST and streams represent it. */
@ApiSchema({ description: 'A user in the directory.' })
export class User {
  @ApiProperty(id('The id of the user, a UUIDv7: ids sort by the time of creation.'))
  readonly id!: string;

  @ApiProperty({
    description: 'The first name, or whatever the user goes by.',
    minLength: 1,
    maxLength: MAX_NAME_LENGTH,
    pattern: ONE_LINE,
    example: 'John',
  })
  readonly firstname!: string;

  @ApiProperty({
    description: 'The last name. It may be empty for users who signed up without one.',
    maxLength: MAX_NAME_LENGTH,
    pattern: ONE_LINE,
    example: 'DOE',
  })
  readonly lastname!: string;

  @ApiPropertyOptional({
    description: 'The name for signing in and for mentions. Only users who can sign in have one.',
    pattern: USERNAME.source,
    example: 'john',
  })
  readonly username?: string;

  @ApiProperty(time('When the user was created.'))
  readonly createdAt!: string;

  @ApiProperty(time('When the user was last changed.'))
  readonly updatedAt!: string;
}

import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { id, time } from '../../http/described-properties.js';

/** A user from whom the caller accepts no direct messages and no invitations. */
@ApiSchema({
  description: 'A user from whom the caller accepts no direct messages and no invitations.',
})
export class Block {
  @ApiProperty(id('The id of the blocked user.'))
  readonly userId!: string;

  @ApiProperty(time('When the caller blocked the user.'))
  readonly createdAt!: string;
}

import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { id } from '../../http/described-properties.js';
import { IdField } from '../../http/id-field.js';

@ApiSchema({ description: 'An invitation.' })
export class InviteBody {
  @ApiProperty(id('The id of the user to invite.'))
  @IdField('a user')
  readonly userId!: string;
}

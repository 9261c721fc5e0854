import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { time } from '../../http/described-properties.js';

/** What a message states about the replies to it. */
@ApiSchema({ description: 'The thread of a message: the replies to it, and the replies to those.' })
export class Thread {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'How many replies it has, not counting deleted ones.',
    example: 3,
  })
  readonly replies!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 2,
    description: 'The `seq` of the last reply, which may be deleted.',
    example: 1045,
  })
  readonly lastSeq!: number;

  @ApiProperty(time('When the last reply was posted.'))
  readonly lastAt!: string;
}

import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_ID, id, time, timeOrNull, UUID } from '../http/described-properties.js';

/** What someone has said in a room. */
@ApiSchema({ description: 'A message in a room.' })
export class Message {
  @ApiProperty(id('The id of the message.'))
  readonly id!: string;

  @ApiProperty(id('The id of the room.'))
  readonly roomId!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'The place of the message in its room, from 1, without gaps.',
    example: 1042,
  })
  readonly seq!: number;

  @ApiProperty(id('The id of the user who wrote it.'))
  readonly authorId!: string;

  @ApiProperty(id('The UUID that the client generated for the message.'))
  readonly clientId!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The plain text; `null` if the message is deleted.',
    example: 'Good morning, @john!',
  })
  readonly text!: string | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', ...UUID },
    description: 'The ids of the members whom the message mentions.',
    example: [EXAMPLE_ID],
  })
  readonly mentions!: readonly string[];

  @ApiProperty(time('When the message was posted.'))
  readonly createdAt!: string;

  @ApiProperty(timeOrNull('When the message was last edited; `null` if it never was.'))
  readonly editedAt!: string | null;

  @ApiProperty(timeOrNull('When the message was deleted; `null` if it is not.'))
  readonly deletedAt!: string | null;
}

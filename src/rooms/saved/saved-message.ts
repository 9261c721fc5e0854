import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { id, time } from '../../http/described-properties.js';
import { Message } from '../room/message.js';

@ApiSchema({ description: 'A message that the caller has saved for later.' })
export class SavedMessage {
  @ApiProperty({ type: Message, description: 'The message.' })
  readonly message!: Message;

  @ApiProperty(time('When it was saved.'))
  readonly savedAt!: string;
}

@ApiSchema({ description: 'Whether the subscriber has saved a message for later.' })
export class SavedChange {
  @ApiProperty(id('The id of the room.'))
  readonly roomId!: string;

  @ApiProperty(id('The id of the message.'))
  readonly messageId!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'The `seq` of the message.',
    example: 1042,
  })
  readonly seq!: number;

  @ApiProperty({ description: 'Whether the message is saved.', example: true })
  readonly saved!: boolean;
}

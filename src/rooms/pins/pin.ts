import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { id, time } from '../../http/described-properties.js';
import { Message } from '../room/message.js';

@ApiSchema({ description: 'A pinned message.' })
export class Pin {
  @ApiProperty({ type: Message, description: 'The message.' })
  readonly message!: Message;

  @ApiProperty(id('The id of the user who pinned it.'))
  readonly pinnedBy!: string;

  @ApiProperty(time('When it was pinned.'))
  readonly pinnedAt!: string;
}

@ApiSchema({ description: 'A message that was pinned, or is no longer pinned.' })
export class PinChange {
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

  @ApiProperty(id('The id of the user who pinned it, or removed the pin.'))
  readonly by!: string;

  @ApiProperty(time('When.'))
  readonly at!: string;
}

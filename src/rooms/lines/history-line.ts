import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_ID, UUID } from '../../http/described-properties.js';
import { MAX_TOPIC_LENGTH } from '../room/lengths.js';
import { type Line, LINE_KINDS, type LineKind, MAX_NAMED } from './line-change.js';

@ApiSchema({
  description: 'What changed in a room between two messages. There is one line of each kind.',
})
export class HistoryLine implements Line {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'The `seq` of the message that precedes it; 0 before the first message.',
    example: 1042,
  })
  readonly seq!: number;

  @ApiProperty({
    enum: LINE_KINDS,
    description:
      'Users `joined` or `left` the room, it was `renamed`, or its `topic` was changed. A user who joins and leaves, or leaves and returns, without a message in between is in no line if the line named them.',
    example: LINE_KINDS[0],
  })
  readonly kind!: LineKind;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'How many users joined or left; otherwise 1.',
    example: 1,
  })
  readonly count!: number;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', ...UUID },
    maxItems: MAX_NAMED,
    description: 'The ids of up to three of these users.',
    example: [EXAMPLE_ID],
  })
  readonly userIds!: readonly string[];

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: MAX_TOPIC_LENGTH,
    description:
      'The new name or topic, the last one if it was changed several times; otherwise `null`.',
    example: null,
  })
  readonly text!: string | null;
}

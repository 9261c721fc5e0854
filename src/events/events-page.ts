import type { EventPage, PageEvent } from '@carillon/nestjs/internal';
import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { time } from '../http/described-properties.js';
import { Reset } from './stream-events.js';

@ApiSchema({ description: 'An event of a page.' })
export class EventOfPage implements PageEvent {
  @ApiProperty({
    description: 'The cursor after the event, or the id that its publisher gave it.',
    example: '6b1f0c2a-1042',
  })
  readonly id!: string;

  @ApiProperty({ description: 'The topic of the event.', example: 'orders/42' })
  readonly topic!: string;

  @ApiPropertyOptional({
    description: 'All topics of the event, if there are several.',
    type: [String],
    example: ['orders/42', 'customers/7/orders'],
  })
  readonly topics?: readonly string[];

  @ApiProperty({ description: 'The type of the event.', example: 'order.shipped' })
  readonly type!: string;

  @ApiProperty({
    description: 'The data: an object, or a text of another program.',
    oneOf: [{ type: 'object', additionalProperties: true }, { type: 'string' }],
    example: { orderId: 42 },
  })
  readonly data!: unknown;

  @ApiProperty(time('When the event was recorded.'))
  readonly at!: string;
}

@ApiSchema({ description: 'Events after a cursor, in order.' })
export class EventsPage implements EventPage {
  @ApiProperty({
    description:
      'The events. The list may be empty although later events exist: continue from `cursor`.',
    type: [EventOfPage],
  })
  readonly events!: readonly EventOfPage[];

  @ApiProperty({
    description: 'The cursor of the next page: send it as `lastEventId`.',
    example: '6b1f0c2a-1042',
  })
  readonly cursor!: string;

  @ApiPropertyOptional({
    description:
      'The cursor of the request cannot be used. Fetch the snapshot again, and continue from `cursor`.',
    type: Reset,
  })
  readonly reset?: Reset;
}

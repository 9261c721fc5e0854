import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_ID, id, time } from '../http/described-properties.js';

const NOTHING = { type: String, nullable: true } as const;

@ApiSchema({ description: 'A notification.' })
export class Notification {
  @ApiProperty(
    id('The id of the notification. Later notifications have greater ids, compared as texts.'),
  )
  readonly id!: string;

  @ApiProperty({ description: 'What it is about, as the sender names it.', example: 'order' })
  readonly kind!: string;

  @ApiProperty({ description: 'One line of plain text.', example: 'Your order has been shipped' })
  readonly title!: string;

  @ApiProperty({
    ...NOTHING,
    description: 'Plain text; `null` if there is none.',
    example: 'It arrives tomorrow.',
  })
  readonly body!: string | null;

  @ApiProperty({
    ...NOTHING,
    description: 'Where it leads: an `http` or `https` URL, or a path; `null` for nowhere.',
    example: '/orders/42',
  })
  readonly url!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Data for programs; `null` if there is none.',
    example: { orderId: 42 },
  })
  readonly data!: object | null;

  @ApiProperty(time('When it was sent.'))
  readonly createdAt!: string;
}

@ApiSchema({ description: 'A notification in the list of its recipient.' })
export class ReceivedNotification extends Notification {
  @ApiProperty({ description: 'Whether the caller has read it.', example: false })
  readonly read!: boolean;
}

@ApiSchema({ description: 'How far a user has read their notifications.' })
export class ReadState {
  @ApiProperty({
    ...NOTHING,
    format: 'uuid',
    description:
      'The id of the last notification that the user has read; `null` if there is none. Those with greater ids are unread.',
    example: EXAMPLE_ID,
  })
  readonly upTo!: string | null;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'The number of unread notifications.',
    example: 3,
  })
  readonly unread!: number;
}

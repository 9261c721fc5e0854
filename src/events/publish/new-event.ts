import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

const KIB = 1024;
/** Topics of one event. */
export const MAX_TOPICS = 100;
/** Bytes of the data of one event, as JSON. */
export const MAX_DATA_BYTES = 64 * KIB;
/** Bytes of a transient event in a message between nodes, which may have 7,900 in all. */
export const MAX_TRANSIENT_BYTES = 7 * KIB;
/** An event to publish, as the body of a request. */
@ApiSchema({ description: 'An event to publish.' })
export class NewEvent {
  @ApiProperty({
    description:
      'The topic, or a list of topics. The event is delivered once to each subscriber, whatever the number of matching topics.',
    oneOf: [
      { type: 'string', minLength: 1, maxLength: 512 },
      {
        type: 'array',
        items: { type: 'string', minLength: 1, maxLength: 512 },
        minItems: 1,
        maxItems: MAX_TOPICS,
        uniqueItems: true,
      },
    ],
    example: 'orders/42',
  })
  readonly topic!: string | readonly string[];

  @ApiProperty({
    description: 'The type of the event, under which streams deliver it.',
    minLength: 1,
    maxLength: 200,
    example: 'order.shipped',
  })
  readonly type!: string;

  @ApiProperty({
    description: `The data, at most ${MAX_DATA_BYTES / KIB} KiB as JSON, without U+0000 and unpaired surrogates.`,
    type: 'object',
    additionalProperties: true,
    example: { orderId: 42, status: 'shipped' },
  })
  readonly data!: object;

  @ApiPropertyOptional({
    description:
      '`true`: for subscribers to whom one of the topics is granted. `false`: for every subscriber of one of the topics.',
    default: true,
    example: true,
  })
  readonly private: boolean = true;

  @ApiPropertyOptional({
    description: `Whether the event is only delivered to current subscribers, and not stored. It has no \`id\`, and at most ${MAX_TRANSIENT_BYTES / KIB} KiB together with its topics. Each quotation mark and each backslash of the JSON counts twice.`,
    default: false,
    example: false,
  })
  readonly transient: boolean = false;

  @ApiPropertyOptional({
    description:
      'Your id of the event. Subscribers see it as `id`, and can continue from it. It is not checked for uniqueness: use `Idempotency-Key` against repeats.',
    minLength: 1,
    maxLength: 255,
    example: 'urn:uuid:5e7a1b8c-8d0e-4c53-9a1c-1f0c0d0a0b0c',
  })
  readonly id?: string;
}

/** A checked event. */
export interface EventToPublish {
  readonly topics: readonly string[];
  readonly type: string;
  readonly data: object;
  readonly private: boolean;
  readonly transient: boolean;
  readonly id?: string | undefined;
}

import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_ID, id, time } from '../../http/described-properties.js';
import { MAX_GROUPS } from './subscriber-groups.js';

@ApiSchema({
  description:
    'The open streams of one user, of one key, or of all anonymous subscribers, that ask for the topic in the same way.',
})
export class SubscriptionToTopic {
  @ApiProperty({
    description:
      'Who the subscriber is. Subscribers with a token of the Mercure hub count as anonymous.',
    enum: ['user', 'key', 'anonymous'],
    example: 'user',
  })
  readonly kind!: 'user' | 'key' | 'anonymous';

  @ApiPropertyOptional(id('The user, if `kind` is `user`.'))
  readonly userId?: string;

  @ApiPropertyOptional({ description: 'The name of the key, if `kind` is `key`.', example: 'shop' })
  readonly key?: string;

  @ApiProperty({
    description: 'What selects the topic: the topic itself, a URL pattern, or `*`.',
    example: 'orders/*',
  })
  readonly match!: string;

  @ApiProperty({
    description: 'Whether `match` is a topic or `*`, or a URL pattern.',
    enum: ['exact', 'urlpattern'],
    example: 'urlpattern',
  })
  readonly matchType!: 'exact' | 'urlpattern';

  @ApiProperty({ description: 'The number of streams.', type: 'integer', minimum: 1, example: 2 })
  readonly connections!: number;

  @ApiProperty(time('When the first of the streams was opened.'))
  readonly since!: string;
}

@ApiSchema({ description: 'Who is subscribed to a topic.' })
export class TopicSubscriptions {
  @ApiProperty({ description: 'The topic.', example: 'orders/42' })
  readonly topic!: string;

  @ApiProperty({
    description: `The subscriptions of all nodes that answered in time, the oldest first; ${MAX_GROUPS} at most.`,
    type: [SubscriptionToTopic],
    maxItems: MAX_GROUPS,
    example: [
      {
        kind: 'user',
        userId: EXAMPLE_ID,
        match: 'orders/*',
        matchType: 'urlpattern',
        connections: 2,
        since: '2026-03-01T12:00:00.000Z',
      },
    ],
  })
  readonly subscriptions!: readonly SubscriptionToTopic[];

  @ApiProperty({
    description: 'The number of all streams, including those that are not listed.',
    type: 'integer',
    minimum: 0,
    example: 2,
  })
  readonly connections!: number;

  @ApiProperty({
    description: 'The number of nodes that answered in time.',
    type: 'integer',
    minimum: 1,
    example: 2,
  })
  readonly nodes!: number;
}

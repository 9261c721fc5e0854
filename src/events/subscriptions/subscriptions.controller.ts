import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Topics, topicMistake } from '@carillon/nestjs/internal';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, TakesKeys } from '../../http/caller.js';
import { ApiProblems } from '../../http/documented.js';
import { invalidParameters } from '../../http/validation.js';
import { canonicalTopic } from '../grants/canonical-topic.js';
import { spellingMistake } from '../grants/topic-spelling.js';
import { ListSubscriptions } from './list-subscriptions.js';
import { SubscribersPermissions } from './subscribers-permissions.js';
import { SubscriptionsQuery } from './subscriptions-query.js';
import { TopicSubscriptions } from './topic-subscriptions.js';

@ApiTags('Streams')
@TakesKeys()
@Controller('api/events/subscriptions')
export class TopicSubscriptionsController {
  constructor(
    private readonly topics: Topics,
    private readonly permissions: SubscribersPermissions,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listTopicSubscriptions',
    summary: 'List who is subscribed to a topic',
    description:
      'The open streams of all nodes that ask for the topic. Some of them may receive only its public events. The caller needs a grant for the topic. The other nodes have 300 ms to answer.',
  })
  @ApiOkResponse({ type: TopicSubscriptions })
  @ApiProblems('unauthenticated', {
    forbidden:
      'You may not see the subscribers of the topic "orders/42", because it is not granted to you.',
  })
  async list(
    @Query() query: SubscriptionsQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<TopicSubscriptions> {
    const detail = topicMistake(query.topic) ?? spellingMistake(query.topic);
    if (detail !== undefined) throw invalidParameters([{ field: 'topic', detail }]);
    const topic = canonicalTopic(query.topic, this.topics);
    await this.permissions.check(caller, topic);
    return this.queries.execute(new ListSubscriptions(topic));
  }
}

import { CarillonModule } from '@carillon/nestjs';
import { Module } from '@nestjs/common';
import { EventViews } from './event-views.js';
import { EventsController } from './events.controller.js';
import { eventsFeature } from './events.feature.js';
import { KeyAuthentication } from './keys/key-authentication.js';
import { KeyPermissions } from './keys/key-permissions.js';
import { KeysRepository } from './keys/keys.repository.js';
import { FindPublicationHandler } from './publish/find-publication.js';
import { PublishEventsHandler } from './publish/publish-events.js';
import { PublishPermissions } from './publish/publish-permissions.js';
import { PublishQuota } from './publish/publish-quota.js';
import { RepeatedStreams } from './repeated-streams.js';
import { ListSubscriptionsHandler } from './subscriptions/list-subscriptions.js';
import { SubscribersPermissions } from './subscriptions/subscribers-permissions.js';
import { TopicSubscriptionsController } from './subscriptions/subscriptions.controller.js';
import { TopicSubscribers } from './subscriptions/topic-subscribers.js';

/** Events over HTTP, and the keys of programs. */
@Module({
  imports: [CarillonModule.forFeature(eventsFeature)],
  controllers: [EventsController, TopicSubscriptionsController],
  providers: [
    EventViews,
    KeyAuthentication,
    KeyPermissions,
    KeysRepository,
    PublishPermissions,
    PublishQuota,
    RepeatedStreams,
    SubscribersPermissions,
    TopicSubscribers,
    FindPublicationHandler,
    ListSubscriptionsHandler,
    PublishEventsHandler,
  ],
  exports: [KeyAuthentication, PublishPermissions, PublishQuota],
})
export class EventsModule {}

import { CarillonModule } from '@carillon/nestjs';
import { HUB_PATH } from '@carillon/nestjs/internal';
import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { BearerProblems } from './hub/bearer-problems.js';
import { MetadataController } from './hub/metadata.controller.js';
import { HubSettings } from './hub/settings.js';
import { mercureFeature } from './mercure.feature.js';
import { HubViews } from './streams/hub-views.js';
import { StreamsController } from './streams/streams.controller.js';
import { ActiveSubscriptions } from './subscriptions/active-subscriptions.js';
import { DeadNodes } from './subscriptions/dead-nodes.js';
import { RecordedSubscriptions } from './subscriptions/recorded-subscriptions.js';
import { SubscriptionsController } from './subscriptions/subscriptions.controller.js';
import { SubscriptionsRepository } from './subscriptions/subscriptions.repository.js';
import { HubAccess } from './tokens/hub-access.js';
import { TokenVerifier } from './tokens/token-verifier.js';
import { PublishUpdateHandler } from './updates/publish-update.js';
import { updateBody } from './updates/update-body.js';
import { UpdatesController } from './updates/updates.controller.js';

/** The hub of the Mercure protocol (draft-dunglas-mercure-08). It has its routes if the operator has set it up. */
@Module({
  imports: [EventsModule, CarillonModule.forFeature(mercureFeature)],
  controllers: [MetadataController, SubscriptionsController, UpdatesController, StreamsController],
  providers: [
    ActiveSubscriptions,
    BearerProblems,
    DeadNodes,
    HubAccess,
    HubSettings,
    HubViews,
    PublishUpdateHandler,
    RecordedSubscriptions,
    SubscriptionsRepository,
    TokenVerifier,
  ],
})
export class MercureModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(updateBody).forRoutes(HUB_PATH);
  }
}

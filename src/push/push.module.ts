import { CarillonModule } from '@carillon/nestjs';
import { Module } from '@nestjs/common';
import { PushData } from './push-data.js';
import { PushDelivery } from './push-delivery.js';
import { PushQueueRepository } from './push-queue.repository.js';
import { PushRequests } from './push-request.js';
import { PushSender } from './push-sender.js';
import { PushService } from './push-service.js';
import { PushSubscriptionsRepository } from './push-subscriptions.repository.js';
import { PushController } from './push.controller.js';
import { pushFeature } from './push.feature.js';
import { QueuePushes } from './queue-pushes.js';
import { SubscribeDeviceHandler } from './subscribe-device.js';
import { UnsubscribeDeviceHandler } from './unsubscribe-device.js';
import { VapidKeys } from './vapid-keys.js';

/** Notifications of messages while the page is closed. */
@Module({
  imports: [CarillonModule.forFeature(pushFeature)],
  controllers: [PushController],
  providers: [
    PushData,
    PushDelivery,
    PushQueueRepository,
    PushRequests,
    PushSender,
    PushService,
    PushSubscriptionsRepository,
    QueuePushes,
    VapidKeys,
    SubscribeDeviceHandler,
    UnsubscribeDeviceHandler,
  ],
})
export class PushModule {}

import { CarillonModule } from '@carillon/nestjs';
import { Module } from '@nestjs/common';
import { GetNotificationHandler } from './get-notification.js';
import { GetReadStateHandler } from './get-read-state.js';
import { ListNotificationsHandler } from './list-notifications.js';
import { MarkReadHandler } from './mark-read.js';
import { MyNotificationsController } from './my-notifications.controller.js';
import { NewReaders } from './new-readers.js';
import { NotificationPermissions } from './notification-permissions.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsData } from './notifications-data.js';
import { notificationsFeature } from './notifications.feature.js';
import { NotificationsRepository } from './notifications.repository.js';
import { OldNotifications } from './old-notifications.js';
import { OrderRepository } from './order.repository.js';
import { ReadersRepository } from './readers.repository.js';
import { Recipients } from './recipients.js';
import { SendNotificationHandler } from './send-notification.js';

/** Notifications: other programs send them, users read them on all their devices. */
@Module({
  imports: [CarillonModule.forFeature(notificationsFeature)],
  controllers: [NotificationsController, MyNotificationsController],
  providers: [
    NewReaders,
    NotificationPermissions,
    NotificationsData,
    NotificationsRepository,
    OldNotifications,
    OrderRepository,
    ReadersRepository,
    Recipients,
    GetNotificationHandler,
    GetReadStateHandler,
    ListNotificationsHandler,
    MarkReadHandler,
    SendNotificationHandler,
  ],
})
export class NotificationsModule {}

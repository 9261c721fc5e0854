import type { Feature } from '@carillon/nestjs';
import type { ApiTags } from '../http/api-tags.js';
import { NewReaders } from './new-readers.js';
import { NotificationPermissions } from './notification-permissions.js';
import { NotificationsData } from './notifications-data.js';
import { NOTIFICATION_EVENTS, NOTIFICATIONS } from './notifications.events.js';
import { createNotifications } from './notifications.migrations.js';
import { NOTIFICATION_TABLES } from './notifications.tables.js';

const TAGS: ApiTags = { Notifications: 'Notifications that other programs send to users.' };

export const notificationsFeature: Feature = {
  name: 'notifications',
  apiTags: TAGS,
  topics: {
    // The topic itself is for everyone. Those below it are granted.
    [NOTIFICATIONS]: {
      audience: 'signed-in',
      snapshot: '/api/me/notifications',
      events: NOTIFICATION_EVENTS,
    },
  },
  permissions: NotificationPermissions,
  newAccounts: NewReaders,
  personalData: NotificationsData,
  tables: NOTIFICATION_TABLES,
  migrations: { notifications: createNotifications },
};

import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { notificationList } from './notification-list.js';
import { NotificationBell } from './NotificationBell.js';
import { NotificationsBackground } from './NotificationsBackground.js';
import { notificationEvents, readState } from './read-state.js';

/** The bell and its list, and notifications of the browser: for what was sent, for mentions and direct messages. */
export const notificationsFeature: Feature = {
  isOn: isOn('notifications'),
  slices: [readState, notificationList],
  events: [...notificationEvents, 'message.posted'],
  sidebar: { Head: NotificationBell },
  Background: NotificationsBackground,
};

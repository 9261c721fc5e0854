import { texts } from '../../words/words.js';

export const notificationWords = texts({
  heading: 'Notifications',
  bell: (unread: number) =>
    unread === 0 ? 'Notifications' : `Notifications, ${unread.toLocaleString('en')} unread`,
  badge: (unread: number) => (unread > 99 ? '99+' : String(unread)),
  markAllRead: 'Mark all as read',
  close: 'Close notifications',
  unread: 'Unread',
  loading: 'Loading…',
  none: 'You have no notifications.',
  offline: 'There is no connection. New notifications appear when it is back.',
  notLoaded: 'There is no connection. The list appears when it is back.',
  more: 'Show older notifications',
  askBrowser: 'Also notify me in this browser',
  blocked: 'Your browser blocks notifications from this page. You can change this in its settings.',
});

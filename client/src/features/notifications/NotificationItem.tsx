import { ShortTime } from '../../ui/ShortTime.js';
import type { SentNotification } from './notification-list.js';
import { notificationWords as words } from './notifications.words.js';

interface NotificationItemProps {
  notification: SentNotification;
  unread: boolean;
  onFollow: () => void;
}

export function NotificationItem({ notification, unread, onFollow }: NotificationItemProps) {
  const { body, createdAt } = notification;
  return (
    <li className={unread ? 'notification notification-unread' : 'notification'}>
      <div className="notification-head">
        {unread && <span className="visually-hidden">{words.unread}</span>}
        <Title notification={notification} onFollow={onFollow} />
        <time dateTime={createdAt}>
          <ShortTime iso={createdAt} />
        </time>
      </div>
      {body !== null && (
        <p className="notification-body" dir="auto">
          {body}
        </p>
      )}
    </li>
  );
}

/** A path leads to another part of this site, and anything else to a new tab. */
function Title({ notification: { title, url }, onFollow }: Omit<NotificationItemProps, 'unread'>) {
  if (url === null)
    return (
      <span className="notification-title" dir="auto">
        {title}
      </span>
    );
  const target = url.startsWith('/') ? {} : { target: '_blank', rel: 'noreferrer' };
  return (
    <a className="notification-title" dir="auto" href={url} onClick={onFollow} {...target}>
      {title}
    </a>
  );
}

import { useLayoutEffect, useRef } from 'react';
import { usePart, useStore, useView } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { onEscape } from '../../ui/on-escape.js';
import { passFocusTo } from '../../ui/pass-focus-to.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { BrowserNotifications } from './BrowserNotifications.js';
import {
  fetchOlder,
  needNotifications,
  type NotificationList,
  notificationList,
} from './notification-list.js';
import { NotificationItem } from './NotificationItem.js';
import { markRead } from './notifications-api.js';
import { notificationWords as words } from './notifications.words.js';
import { isUnread, readState } from './read-state.js';
import './panel.css';

export interface PanelProps {
  id: string;
  onClose: () => void;
  /** The user follows a link to another part of the page. */
  onFollow: () => void;
}

/** The list of notifications. */
export function NotificationPanel({ id, onClose, onFollow }: PanelProps) {
  const { status } = useView();
  const known = useNotificationList();
  const { failure, attempt } = useAttempt();
  const panel = useRef<HTMLElement>(null);
  useLayoutEffect(() => panel.current?.focus(), []);
  const isOffline = status.state !== 'live' && status.state !== 'connecting';

  return (
    <section
      id={id}
      ref={panel}
      role="dialog"
      aria-label={words.heading}
      tabIndex={-1}
      className="notifications"
      onKeyDown={onEscape(onClose)}
    >
      <div className="notifications-head">
        <h2>{words.heading}</h2>
        <MarkAllRead list={known} attempt={attempt} />
        <button
          type="button"
          className="button-quiet notifications-close"
          aria-label={words.close}
          onClick={onClose}
        >
          <span aria-hidden="true">×</span>
        </button>
      </div>
      <p role="status" className="notifications-note">
        {isOffline && (known ? words.offline : words.notLoaded)}
      </p>
      <FailureText text={failure} />
      {known ? (
        <List list={known} attempt={attempt} onFollow={onFollow} />
      ) : (
        !isOffline && <p className="notifications-empty">{words.loading}</p>
      )}
      <BrowserNotifications />
    </section>
  );
}

/** What is known is shown, and fetched if it is not. */
function useNotificationList(): NotificationList | null {
  const store = useStore();
  const { failures, loaded } = useView();
  const known = usePart(notificationList);
  useLayoutEffect(() => {
    if (loaded) needNotifications(store);
  }, [store, loaded, known, failures]);
  return known && known.part;
}

interface PartProps {
  attempt: (work: Promise<unknown>) => void;
}

const passFocusOn = passFocusTo('section');

/** Marks what this list shows, and nothing that arrives meanwhile. */
function MarkAllRead({ list, attempt }: PartProps & { list: NotificationList | null }) {
  const { unread } = usePart(readState);
  const newest = list?.items[0];
  if (!newest || unread === 0) return null;
  return (
    <button
      ref={passFocusOn}
      type="button"
      className="button-quiet"
      onClick={() => attempt(markRead(newest.id))}
    >
      {words.markAllRead}
    </button>
  );
}

function List({
  list: { items, next },
  attempt,
  onFollow,
}: PartProps & { list: NotificationList; onFollow: () => void }) {
  const store = useStore();
  const state = usePart(readState);
  if (items.length === 0) return <p className="notifications-empty">{words.none}</p>;
  return (
    <div className="notifications-scroll">
      <ul className="notification-list">
        {items.map((item) => (
          <NotificationItem
            key={item.id}
            notification={item}
            unread={isUnread(item, state)}
            onFollow={onFollow}
          />
        ))}
      </ul>
      {next !== null && (
        <button
          ref={passFocusOn}
          type="button"
          className="button-quiet"
          onClick={() => attempt(fetchOlder(store, next))}
        >
          {words.more}
        </button>
      )}
    </div>
  );
}

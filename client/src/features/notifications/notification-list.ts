import { positionOf } from '@carillon/client/cursor';
import type { Schema } from '../../api/api.js';
import type { StreamEvent } from '../../store/events.js';
import type { AsOf, Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import { fetchNotifications } from './notifications-api.js';

export type SentNotification = Schema<'Notification'>;

export interface NotificationList {
  /** The newest first. */
  readonly items: readonly SentNotification[];
  /** The URL of older ones. */
  readonly next: string | null;
}

/** `null` until the panel is opened. */
export const notificationList: Slice<AsOf<NotificationList> | null> = {
  name: 'notifications',
  initial: null,
  fold: (known, event) => known && foldList(known, event),
  afterGap: () => null,
};

function foldList(known: AsOf<NotificationList>, event: StreamEvent): AsOf<NotificationList> {
  if (event.name !== 'notification.created' || event.position <= known.position) return known;
  const { items, next } = known.part;
  return { part: { items: [event.data, ...items], next }, position: event.position };
}

/** Fetches the newest notifications, unless they are known. */
export function needNotifications(store: Store): void {
  if (store.partOf(notificationList) !== null) return;
  void store.fetch('notifications', () => fetchFirst(store));
}

async function fetchFirst(store: Store): Promise<void> {
  const { generation } = store;
  const { items, next, cursor } = await fetchNotifications();
  if (generation !== store.generation) return;
  const position = positionOf(cursor);
  const known = store
    .eventsAfter(position)
    .reduce<AsOf<NotificationList>>(foldList, { part: { items, next }, position });
  store.update(notificationList, () => known);
}

/** Adds a page of older notifications. */
export async function fetchOlder(store: Store, url: string): Promise<void> {
  const { items, next } = await fetchNotifications(url);
  store.update(notificationList, (known) =>
    // After a gap, or a second click, this page does not continue the list.
    known?.part.next === url
      ? { ...known, part: { items: [...known.part.items, ...items], next } }
      : known,
  );
}

import { useEffect, useLayoutEffect } from 'react';
import type { Store } from '../../store/store.js';
import { useStore } from '../../store/use-store.js';
import { useVisible } from '../../ui/use-visible.js';
import { holdLock, isHeld } from './held-lock.js';
import type { SentNotification } from './notification-list.js';
import { isWanted } from './notification-setting.js';
import { isUnread, readState } from './read-state.js';

/** Milliseconds until a notification is shown. After a pause, the events that mark it as read follow at once. */
const SETTLE = 1000;

/**
 * Shows new notifications with those of the browser, if no tab of this page is visible and no other device has read
 * them. Only the leading tab shows them.
 */
export function useSentNotifications(): void {
  const store = useStore();
  useVisibleLock(store.me);
  useEffect(() => {
    const shown = new ShownNotifications(store);
    const stop = store.onEvent(({ name, data }) => {
      if (name === 'notification.read') shown.closeRead();
      if (name === 'notification.created' && store.leads && isWanted(store.me))
        // Chrome on Android only allows notifications from service workers, and throws.
        shown.add(data).catch((error: unknown) => console.info(error));
    });
    return () => {
      stop();
      shown.stop();
    };
  }, [store]);
}

/** While a tab is visible, it holds a lock that the other tabs see. A crash releases it. */
function useVisibleLock(me: string): void {
  const visible = useVisible();
  // At once: other effects run after the next frame, and an event may arrive before.
  useLayoutEffect(() => (visible ? holdLock(visibleLock(me)) : undefined), [me, visible]);
}

class ShownNotifications {
  readonly #store: Store;
  readonly #shown = new Map<string, Notification>();
  #stopped = false;

  constructor(store: Store) {
    this.#store = store;
  }

  async add(sent: SentNotification): Promise<void> {
    if (await this.#isInSight()) return;
    await new Promise((resolve) => setTimeout(resolve, SETTLE));
    if (this.#stopped || (await this.#isInSight())) return;
    if (isUnread(sent, this.#store.partOf(readState))) this.#show(sent);
  }

  closeRead(): void {
    for (const [id, notification] of this.#shown) {
      if (isUnread({ id }, this.#store.partOf(readState))) continue;
      this.#shown.delete(id);
      notification.close();
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #isInSight(): Promise<boolean> {
    return isHeld(visibleLock(this.#store.me));
  }

  #show({ id, title, body, url }: SentNotification): void {
    const notification = new Notification(title, { body: body ?? '', tag: id });
    this.#shown.set(id, notification);
    notification.onclose = () => this.#shown.delete(id);
    notification.onclick = () => {
      focus();
      if (url !== null) location.assign(url);
    };
  }
}

function visibleLock(me: string): string {
  return `carillon.visible.${me}`;
}

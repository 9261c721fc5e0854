import { useEffect, useLayoutEffect } from 'react';
import type { Store } from '../../store/store.js';
import { useStore } from '../../store/use-store.js';
import { useVisible } from '../../ui/use-visible.js';
import { words } from '../../words/words.js';
import { textOrNames } from '../files/file-names.js';
import { plainTextOf } from '../formatting/plain-text.js';
import { nameOf } from '../people/people.js';
import { membershipIn } from '../rooms/memberships.js';
import type { Message } from '../rooms/message.js';
import { otherOf, roomName } from '../rooms/names.js';
import { hrefOfRoom } from '../rooms/room-address.js';
import { isPushOn } from '../push/push-setting.js';
import { holdLock, isHeld } from './held-lock.js';
import { isWanted } from './notification-setting.js';
import { NotifiedMessages } from './notified-messages.js';

/** Notifies of the messages that the level of their room asks for, if no visible tab shows the room. Only the leading tab notifies.
 * With push notifications, the service worker does. */
export function useMessageNotifications(roomId: string | null): void {
  const store = useStore();
  useShownLock(store.me, roomId);
  useEffect(() => {
    const notified = new NotifiedMessages();
    return store.onEvent((event) => {
      const message = notified.after(event, store.state);
      if (message && store.leads && isWanted(store.me) && !isPushOn(store.me))
        // Chrome on Android only allows notifications from service workers, and throws.
        notify(store, message).catch((error: unknown) => console.info(error));
    });
  }, [store]);
}

/** While a visible tab shows a room, it holds a lock with the name of the room. A crash releases it. */
function useShownLock(me: string, roomId: string | null): void {
  const visible = useVisible();
  // At once: other effects run after the next frame, and an event may arrive before.
  useLayoutEffect(
    () => (visible && roomId !== null ? holdLock(shownLock(me, roomId)) : undefined),
    [me, roomId, visible],
  );
}

async function notify(store: Store, message: Message): Promise<void> {
  const { me, state } = store;
  const mine = membershipIn(state, message.roomId)!;
  if (await isHeld(shownLock(me, message.roomId))) return;
  const author = nameOf(state, message.authorId);
  const where =
    otherOf(mine, me) === null ? words.notifications.inRoom(author, roomName(mine.room)) : author;
  const body = await plainTextOf(textOrNames(message.text!, message.files));
  const notification = new Notification(where, { body, tag: message.id });
  notification.onclick = () => {
    focus();
    location.hash = hrefOfRoom(message.roomId, message.seq);
  };
}

function shownLock(me: string, roomId: string): string {
  return `carillon.shown.${me}.${roomId}`;
}

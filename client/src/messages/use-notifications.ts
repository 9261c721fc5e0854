import { useEffect } from 'react';
import type { Message } from '../chat/message.js';
import { nameOf, otherOf, roomName } from '../chat/names.js';
import type { Chat } from '../chat/chat.js';
import { roomAddress } from '../page/route.js';
import { useChat } from '../page/use-chat.js';
import { useVisible } from '../page/use-visible.js';
import { isWanted } from './notification-setting.js';

/** Notifies of mentions and direct messages that no tab in front shows. Only the leading tab does. */
export function useNotifications(roomId: string | null): void {
  const chat = useChat();
  useShownLock(chat.me, roomId);
  useEffect(
    () =>
      chat.onFact((fact) => {
        if (fact.name === 'message.posted' && chat.leads && isWanted(chat.me))
          // Chrome on Android notifies by a service worker alone, and throws.
          notify(chat, fact.data).catch((error: unknown) => console.info(error));
      }),
    [chat],
  );
}

/** While a tab in front shows a room, it holds a lock by its name, which a crash gives back. */
function useShownLock(me: string, roomId: string | null): void {
  const visible = useVisible();
  useEffect(() => {
    if (!visible || roomId === null || !('locks' in navigator)) return;
    const giveUp = new AbortController();
    const held = new Promise<void>((resolve) => {
      giveUp.signal.addEventListener('abort', () => resolve());
    });
    navigator.locks
      .request(shownLock(me, roomId), { mode: 'shared', signal: giveUp.signal }, () => held)
      .catch(() => {});
    return () => giveUp.abort();
  }, [me, roomId, visible]);
}

async function notify(chat: Chat, message: Message): Promise<void> {
  const { me, state } = chat;
  const mine = state.memberships.part.find(({ room }) => room.id === message.roomId);
  // Without a text it has been deleted or edited since: what follows tells.
  if (!mine || message.authorId === me || message.text === null) return;
  if (mine.room.kind !== 'direct' && !message.mentions.includes(me)) return;
  if (await isShown(me, message.roomId)) return;
  const author = nameOf(state, message.authorId);
  const where = otherOf(mine, me) === null ? `${author} in ${roomName(mine.room)}` : author;
  const notification = new Notification(where, { body: message.text, tag: message.id });
  notification.onclick = () => {
    focus();
    location.hash = roomAddress(message.roomId, message.seq);
  };
}

async function isShown(me: string, roomId: string): Promise<boolean> {
  if (!('locks' in navigator)) return !document.hidden;
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === shownLock(me, roomId));
}

function shownLock(me: string, roomId: string): string {
  return `carillon.shown.${me}.${roomId}`;
}

import type { NotifiedPlace } from '../features/push/notified-place.js';
import { hrefOfRoom } from '../features/rooms/room-address.js';
import { type PageClient, scope } from './scope.js';
import { workerWords as words } from './service-worker.words.js';

/** What the server sends: `PushPayload` in `src/push/push-request.ts`. */
interface PushedMessage extends NotifiedPlace {
  readonly tag: string;
  readonly author: string;
  readonly room: string | null;
  readonly text: string;
}

/** Every push is shown: browsers revoke subscriptions whose pushes are not. The same message replaces itself. */
export async function show(data: { json(): unknown } | null, icon: string): Promise<void> {
  const { tag, author, room, text, ...place } = data!.json() as PushedMessage;
  const title = room === null ? author : words.inRoom(author, room);
  await scope.registration.showNotification(title, { body: text, tag, icon, data: place });
}

/** Opens the message in a tab that is open, a visible one first, or in a new one. */
export async function open({ data }: Notification): Promise<void> {
  const { roomId, seq } = data as NotifiedPlace;
  const url = hrefOfRoom(roomId, seq);
  const tabs = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const tab = tabs.find(isVisible) ?? tabs[0];
  if (!tab) return void (await scope.clients.openWindow(`/${url}`));
  tab.postMessage({ open: url });
  await tab.focus();
}

const isVisible = ({ visibilityState }: PageClient): boolean => visibilityState === 'visible';

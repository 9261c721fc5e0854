import type { StreamEvent } from '../../store/events.js';
import type { Store } from '../../store/store.js';
import { isRead } from './is-read.js';
import type { NotifiedPlace } from './notified-place.js';
import { deleteSubscription, fetchPushKey, putSubscription } from './push-api.js';
import { setPushOn } from './push-setting.js';

const WORKER = '/service-worker.js';

export async function register(): Promise<void> {
  await navigator.serviceWorker.register(WORKER);
}

export type Outcome = 'on' | 'blocked' | 'failed';

/** Asks for the permission: call it on a click only. */
export async function turnOn(userId: string): Promise<Outcome> {
  if ((await Notification.requestPermission()) !== 'granted') return 'blocked';
  try {
    await subscribe();
    setPushOn(userId, true);
    return 'on';
  } catch (error) {
    console.info(error);
    return 'failed';
  }
}

export async function turnOff(userId: string): Promise<void> {
  setPushOn(userId, false);
  await unsubscribe();
  await deleteSubscription();
}

/** Creates the subscription of this browser, or a new one if the server has other keys, and sends it to the server. */
export async function subscribe(): Promise<void> {
  const key = bytesOf(await fetchPushKey());
  await register();
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  const isUsable = before !== null && isSame(before.options.applicationServerKey, key);
  if (!isUsable) await before?.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const { endpoint, keys } = (isUsable ? before : await pushManager.subscribe(options)).toJSON();
  await putSubscription({ endpoint: endpoint!, p256dh: keys!['p256dh']!, auth: keys!['auth']! });
}

/** Removes what this browser has of a user who signs out. The server has already forgotten it. */
export async function forgetDevice(): Promise<void> {
  await navigator.clearAppBadge?.();
  await unsubscribe();
  await closeNotifications(() => true);
}

/** Closes the notifications of messages that were read, after an event that moved a read marker, or a snapshot. */
export const closeRead = (store: Store, event: StreamEvent | null): Promise<void> =>
  closeNotifications((place) => isRead(store.state, place, event));

async function closeNotifications(isClosed: (place: NotifiedPlace) => boolean): Promise<void> {
  const worker = await navigator.serviceWorker.getRegistration();
  for (const shown of (await worker?.getNotifications()) ?? [])
    if (isClosed(shown.data as NotifiedPlace)) shown.close();
}

async function unsubscribe(): Promise<void> {
  const worker = await navigator.serviceWorker.getRegistration();
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
}

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );

function isSame(one: ArrayBuffer | null, other: Uint8Array): boolean {
  const bytes = new Uint8Array(one ?? new ArrayBuffer());
  return bytes.length === other.length && bytes.every((byte, index) => byte === other[index]);
}

import { useEffect } from 'react';
import { useCurrentSession } from '../../session/use-session.js';
import { LazyModule } from '../../state/lazy-module.js';
import type { StreamEvent } from '../../store/events.js';
import { usePart, useSelected, useStore } from '../../store/use-store.js';
import { memberships } from '../rooms/memberships.js';
import { isPushOn } from './push-setting.js';

type Device = typeof import('./device.js');

/** Loaded when the browser is idle, so that the requests of an open room go first. */
const lazyDevice = new LazyModule<Device>(async () => {
  await idle();
  return import('./device.js');
});

/**
 * Registers the service worker, keeps the subscription up to date, opens the message of a notification that was clicked, and
 * closes the notifications of messages that were read.
 */
export function PushBackground() {
  const { me } = useStore();
  useServiceWorker(me, useCurrentSession().session?.id);
  useReadNotifications();
  useOpenedNotification();
  useBadge();
  return null;
}

/** The server forgets the subscription with the session, such as after a change of the password. */
function useServiceWorker(me: string, sessionId: string | undefined): void {
  const isLoaded = useSelected(({ loaded }) => loaded);
  useEffect(() => {
    if (!isLoaded || !('serviceWorker' in navigator)) return;
    // The next visit tries again.
    withDevice((device) => (isPushOn(me) ? device.subscribe() : device.register()));
  }, [me, sessionId, isLoaded]);
  useEffect(() => {
    if (!('serviceWorker' in navigator)) return undefined;
    return () => withDevice((device) => device.forgetDevice());
  }, [me]);
}

/** Resolves when the browser is idle, after 2 s at the latest. */
const idle = (): Promise<unknown> =>
  new Promise((resolve) =>
    // Safari does not support it.
    'requestIdleCallback' in globalThis
      ? requestIdleCallback(resolve, { timeout: 2000 })
      : setTimeout(resolve, 200),
  );

async function actOnDevice(act: (device: Device) => Promise<void>): Promise<void> {
  await lazyDevice.load();
  const device = lazyDevice.view();
  if (device) await act(device);
}

function withDevice(act: (device: Device) => Promise<void>): void {
  actOnDevice(act).catch((error: unknown) => console.info(error));
}

function useOpenedNotification(): void {
  useEffect(() => {
    const opened = new AbortController();
    navigator.serviceWorker?.addEventListener(
      'message',
      ({ data }: MessageEvent<{ readonly open?: string }>) => {
        if (data.open !== undefined) location.hash = data.open;
      },
      { signal: opened.signal },
    );
    return () => opened.abort();
  }, []);
}

/** The user may read a message in another tab or on another device, also while this page was not open. */
function useReadNotifications(): void {
  const store = useStore();
  useEffect(() => {
    if (!('serviceWorker' in navigator)) return undefined;
    const { me } = store;
    const close = (event: StreamEvent | null) =>
      withDevice((device) => device.closeRead(store, event));
    const stops = [
      store.onSnapshot(() => close(null)),
      store.onEvent((event) => movesMarker(event, me) && close(event)),
    ];
    return () => stops.forEach((stop) => stop());
  }, [store]);
}

/** A message of one's own moves the read marker, too. */
const movesMarker = ({ name, data }: StreamEvent, me: string): boolean =>
  name === 'read.moved' ||
  name === 'thread.changed' ||
  (name === 'message.posted' && data.authorId === me);

/** The icon of an installed page shows the number of unread mentions and direct messages. */
function useBadge(): void {
  const count = usePart(memberships).reduce(
    (sum, { room, unread, mentions }) => sum + (room.kind === 'direct' ? unread : mentions),
    0,
  );
  useEffect(() => void navigator.setAppBadge?.(count).catch(() => undefined), [count]);
}

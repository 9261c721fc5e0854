import { browserStorage } from '../../state/storage.js';

const keyOf = (userId: string) => `carillon.push.${userId}`;

export function canPush(): boolean {
  return (
    'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis
  );
}

/** Whether this person has asked for it on this device, and the browser allows it. */
export function isPushOn(userId: string): boolean {
  return (
    canPush() &&
    Notification.permission === 'granted' &&
    browserStorage.read(keyOf(userId)) === true
  );
}

export function setPushOn(userId: string, isOn: boolean): void {
  if (isOn) browserStorage.write(keyOf(userId), true);
  else browserStorage.remove(keyOf(userId));
}

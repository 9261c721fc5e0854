import { forget, readStored, store } from '../chat/storage.js';

const keyOf = (userId: string) => `carillon.notify.${userId}`;

export function canNotify(): boolean {
  return 'Notification' in globalThis;
}

/** Whether this person has asked for it in this browser, and the browser allows it. */
export function isWanted(userId: string): boolean {
  return canNotify() && Notification.permission === 'granted' && readStored(keyOf(userId)) === true;
}

/** @returns whether notifications will come */
export async function want(userId: string, wanted: boolean): Promise<boolean> {
  if (!wanted) {
    forget(keyOf(userId));
    return false;
  }
  if ((await Notification.requestPermission()) !== 'granted') return false;
  return store(keyOf(userId), true);
}

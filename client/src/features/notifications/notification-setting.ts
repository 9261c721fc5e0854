import { browserStorage } from '../../state/storage.js';

const keyOf = (userId: string) => `carillon.notify.${userId}`;

export function canNotify(): boolean {
  return 'Notification' in globalThis;
}

/** Whether this person has asked for it in this browser, and the browser allows it. */
export function isWanted(userId: string): boolean {
  return (
    canNotify() &&
    Notification.permission === 'granted' &&
    browserStorage.read(keyOf(userId)) === true
  );
}

/** @returns whether notifications will come */
export async function want(userId: string, wanted: boolean): Promise<boolean> {
  if (!wanted) {
    browserStorage.remove(keyOf(userId));
    return false;
  }
  if ((await Notification.requestPermission()) !== 'granted') return false;
  browserStorage.write(keyOf(userId), true);
  return true;
}

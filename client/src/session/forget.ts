import { browserStorage, tabStorage } from '../state/storage.js';

/** Removes what is stored for a user in this browser under keys that start so. */
export function forget(userId: string, prefix: string): void {
  for (const storage of [browserStorage, tabStorage])
    for (const key of storage.keys(prefix)) if (key.includes(userId)) storage.remove(key);
}

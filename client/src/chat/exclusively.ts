import type { Exclusively } from './outbox.js';

/** One tab of the browser at a time. Where there are no Web Locks, each by itself. */
export function exclusively(name: string): Exclusively {
  if (!('locks' in navigator)) return (work) => work();
  return async (work) => {
    await navigator.locks.request(name, work);
  };
}

export type WithLock = (work: () => Promise<void>) => Promise<void>;

/**
 * Runs work in one tab of the browser at a time. Without Web Locks (not a secure context), or if the browser refuses the
 * lock, each tab runs its own.
 */
export function withLock(name: string): WithLock {
  if (!('locks' in navigator)) return (work) => work();
  return async (work) => {
    let started = false;
    const run = (): Promise<void> => {
      started = true;
      return work();
    };
    try {
      await navigator.locks.request(name, run);
    } catch (error) {
      if (started) throw error;
      await run();
    }
  };
}

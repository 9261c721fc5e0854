/** Holds a shared lock until the returned function is called, or the tab ends. */
export function holdLock(name: string): () => void {
  if (!('locks' in navigator)) return () => {};
  const giveUp = new AbortController();
  const held = new Promise<void>((resolve) => {
    giveUp.signal.addEventListener('abort', () => resolve());
  });
  navigator.locks
    .request(name, { mode: 'shared', signal: giveUp.signal }, () => held)
    .catch(() => {});
  return () => giveUp.abort();
}

/** Whether any tab holds the lock. Without locks, only this tab counts. */
export async function isHeld(lock: string): Promise<boolean> {
  if (!('locks' in navigator)) return !document.hidden;
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === lock);
}

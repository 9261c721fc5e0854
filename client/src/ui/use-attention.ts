import { useSyncExternalStore } from 'react';

function subscribe(listener: () => void): () => void {
  const changed = new AbortController();
  const { signal } = changed;
  document.addEventListener('visibilitychange', listener, { signal });
  addEventListener('focus', listener, { signal });
  addEventListener('blur', listener, { signal });
  return () => changed.abort();
}

/** Whether the tab is in front and its window has the focus. */
export function useAttention(): boolean {
  return useSyncExternalStore(subscribe, () => !document.hidden && document.hasFocus());
}

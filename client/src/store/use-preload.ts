import { useEffect } from 'react';
import type { LazyCode } from '../state/lazy-code.js';
import { useIsLive } from './use-store.js';

/** Milliseconds after which loading other code no longer delays the first pane. */
const DELAY = 3000;

/** Loads code while there is a connection, before an outage would prevent it. */
export function usePreload(code: LazyCode<unknown>): void {
  const isLive = useIsLive();
  useEffect(() => {
    if (!isLive) return;
    const timer = setTimeout(() => {
      if (navigator.onLine) void code.load();
    }, DELAY);
    return () => clearTimeout(timer);
  }, [code, isLive]);
}

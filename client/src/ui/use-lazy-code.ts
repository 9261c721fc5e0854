import { useEffect, useState, useSyncExternalStore } from 'react';
import type { LazyCode } from '../state/lazy-code.js';
import { useIsLive } from '../store/use-store.js';

/**
 * Code that the page can do without: null while it is not needed or not loaded. What could not be loaded is tried again
 * when the connection is back.
 */
export function useLazyCode<Code>(code: LazyCode<Code>, isNeeded: boolean): Code | null {
  const isLive = useIsLive();
  useEffect(() => {
    if (isNeeded) void code.load();
  }, [code, isNeeded, isLive]);
  const loaded = useSyncExternalStore(code.subscribe, code.view);
  return isNeeded ? loaded : null;
}

/** Whether code is needed and could not be loaded. */
export function useIsMissing<Code>(code: LazyCode<Code>, isNeeded: boolean): boolean {
  const [isMissing, setIsMissing] = useState(false);
  const isLive = useIsLive();
  useEffect(() => {
    if (!isNeeded) return;
    let isCurrent = true;
    void code.load().then(() => isCurrent && setIsMissing(code.view() === null));
    return () => {
      isCurrent = false;
      setIsMissing(false);
    };
  }, [code, isNeeded, isLive]);
  return isMissing;
}

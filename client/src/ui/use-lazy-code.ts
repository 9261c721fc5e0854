import { useEffect, useState, useSyncExternalStore } from 'react';
import type { LazyCode } from '../state/lazy-code.js';

/** Code that the page can do without: null while it is not needed or not loaded. */
export function useLazyCode<Code>(code: LazyCode<Code>, isNeeded: boolean): Code | null {
  useEffect(() => {
    if (isNeeded) void code.load();
  }, [code, isNeeded]);
  const loaded = useSyncExternalStore(code.subscribe, code.view);
  return isNeeded ? loaded : null;
}

/** Whether code is needed and could not be loaded. */
export function useIsMissing<Code>(code: LazyCode<Code>, isNeeded: boolean): boolean {
  const [isMissing, setIsMissing] = useState(false);
  useEffect(() => {
    if (!isNeeded) return;
    let isCurrent = true;
    void code.load().then(() => isCurrent && setIsMissing(code.view() === null));
    return () => {
      isCurrent = false;
      setIsMissing(false);
    };
  }, [code, isNeeded]);
  return isMissing;
}

import { useEffect, useRef } from 'react';

/** Escape marks the open room as read if nothing else uses the key. */
export function useEscapeToRead(readAll: () => void): void {
  const latest = useRef(readAll);
  latest.current = readAll;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      const target = event.target as Element;
      if (target === document.body || target.closest('#pane')) latest.current();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

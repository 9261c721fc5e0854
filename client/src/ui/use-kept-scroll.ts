import { useEffect, useLayoutEffect, useRef } from 'react';
import { keepScroll, keptScroll } from './kept-scroll.js';

/** Milliseconds without scrolling until the place is kept. Safari limits how often it may be. */
const REST = 150;

/** Returns to the place where the list was when the user left this entry of the session history. The scroller is null until it is rendered. */
export function useKeptScroll(
  scroller: HTMLElement | null,
  { address, isLoaded }: { readonly address: string; readonly isLoaded: boolean },
): void {
  const restored = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (!scroller || !isLoaded || restored.current === address) return;
    restored.current = address;
    scroller.scrollTop = keptScroll() ?? 0;
    keepScroll(scroller.scrollTop);
  }, [scroller, address, isLoaded]);

  useEffect(() => {
    if (!scroller) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = () => {
      clearTimeout(timer);
      if (restored.current === address) keepScroll(scroller.scrollTop);
    };
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, REST);
    };
    scroller.addEventListener('scroll', onScroll, { passive: true });
    // A link leads to another entry.
    scroller.addEventListener('click', keep, { capture: true });
    return () => {
      clearTimeout(timer);
      scroller.removeEventListener('scroll', onScroll);
      scroller.removeEventListener('click', keep, { capture: true });
    };
  }, [scroller, address]);
}

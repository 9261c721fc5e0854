import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { keepScroll, keptScroll } from './kept-scroll.js';

/** Milliseconds without scrolling until the place is kept. Safari limits how often it may be. */
const REST = 150;

/** Returns to the place where the list was when the user left this entry of the session history. */
export function useKeptScroll(
  scroller: RefObject<HTMLElement | null>,
  { address, isLoaded }: { readonly address: string; readonly isLoaded: boolean },
): void {
  const restored = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (!isLoaded || restored.current === address) return;
    restored.current = address;
    scroller.current!.scrollTop = keptScroll() ?? 0;
    keepScroll(scroller.current!.scrollTop);
  }, [scroller, address, isLoaded]);

  useEffect(() => {
    const element = scroller.current!;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = () => {
      clearTimeout(timer);
      if (restored.current === address) keepScroll(element.scrollTop);
    };
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, REST);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    // A link leads to another entry.
    element.addEventListener('click', keep, { capture: true });
    return () => {
      clearTimeout(timer);
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('click', keep, { capture: true });
    };
  }, [scroller, address]);
}

import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { useStore } from '../../store/use-store.js';
import { searchResults } from './search-results.js';

/** Milliseconds without scrolling until the place is kept. Safari limits how often it may be. */
const REST = 150;

/** Returns to the place where the list was when the user left this entry of the session history. */
export function useSearchScroll(
  scroller: RefObject<HTMLElement | null>,
  { address, isLoaded }: { readonly address: string; readonly isLoaded: boolean },
): void {
  const results = useStore().service(searchResults);
  const restored = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (!isLoaded || restored.current === address) return;
    restored.current = address;
    scroller.current!.scrollTop = results.scrollTop ?? 0;
    results.keepScroll(scroller.current!.scrollTop);
  }, [results, scroller, address, isLoaded]);

  useEffect(() => {
    const element = scroller.current!;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = () => {
      clearTimeout(timer);
      if (restored.current === address) results.keepScroll(element.scrollTop);
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
  }, [results, scroller, address]);
}

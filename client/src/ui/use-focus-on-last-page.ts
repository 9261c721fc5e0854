import { type RefObject, useLayoutEffect, useRef } from 'react';
import { isFocusLost } from './focus-lost.js';

/** The button for more items of a list disappears with the last page. If it had the focus, the first item of that page takes it. */
export function useFocusOnLastPage(list: RefObject<HTMLElement | null>, hasMore: boolean): void {
  const before = useRef({ hasMore, items: 0 });
  useLayoutEffect(() => {
    const items = list.current?.children;
    if (items && before.current.hasMore && !hasMore && isFocusLost())
      items[before.current.items]?.querySelector<HTMLElement>('a, button')?.focus();
    before.current = { hasMore, items: items?.length ?? 0 };
  });
}

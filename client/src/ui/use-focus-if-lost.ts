import { useLayoutEffect, useRef } from 'react';

/** Takes the focus on mount where what it replaces had it, and only then. */
export function useFocusIfLost<Element extends HTMLElement>() {
  const element = useRef<Element>(null);
  useLayoutEffect(() => {
    if (document.activeElement === document.body) element.current?.focus();
  }, []);
  return element;
}

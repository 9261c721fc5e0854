import { useLayoutEffect } from 'react';
import { usePassFocusOn } from '../../ui/use-pass-focus-on.js';
import { focusRoomsHeading } from '../rooms/focus-rooms-heading.js';

/** The item that has just been removed with the focus: its room, and the kind of element that had the focus. */
let removed: { readonly roomId: string; readonly element: string } | null = null;

/** A ref for the item of a room, which keeps the focus when it moves to another group. An item that disappears passes it on. */
export function useKeptFocus(roomId: string) {
  // Before the effect that passes the focus on.
  useLayoutEffect(() => {
    const element = item.current!;
    if (removed?.roomId === roomId) element.querySelector<HTMLElement>(removed.element)?.focus();
    return () => {
      const { activeElement } = document;
      if (!activeElement || !element.contains(activeElement)) return;
      removed = { roomId, element: activeElement.localName };
      queueMicrotask(() => (removed = null));
    };
  }, [roomId]);
  const item = usePassFocusOn<HTMLLIElement>(focusRoomsHeading);
  return item;
}

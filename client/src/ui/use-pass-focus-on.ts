import { useLayoutEffect, useRef } from 'react';

/**
 * A ref for a row of a list. A row that is removed with the focus passes it to the nearest row that has a control.
 *
 * @param onFocusLost no other row can take the focus. Has to be stable.
 */
export function usePassFocusOn<Row extends HTMLElement>(onFocusLost: () => void) {
  const row = useRef<Row>(null);
  useLayoutEffect(() => {
    const element = row.current;
    return () => passFocusOn(element, onFocusLost);
  }, [onFocusLost]);
  return row;
}

/** Called when a row is removed, before the browser drops the focus. */
function passFocusOn(row: HTMLElement | null, onFocusLost: () => void): void {
  if (!row?.contains(document.activeElement)) return;
  const control = controlIn(row, 'nextElementSibling') ?? controlIn(row, 'previousElementSibling');
  // A row of a long list is also removed when the user scrolls away from it.
  if (control) control.focus({ preventScroll: true });
  else onFocusLost();
}

function controlIn(
  row: Element,
  side: 'nextElementSibling' | 'previousElementSibling',
): HTMLElement | null {
  for (let other = row[side]; other; other = other[side]) {
    const control = other.querySelector<HTMLElement>('button, input');
    if (control) return control;
  }
  return null;
}

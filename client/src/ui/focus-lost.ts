let last: Element | null = null;

addEventListener('focusin', ({ target }) => (last = target as Element));

/** Whether the element that had the focus has been removed, and no other element has taken the focus. */
export function isFocusLost(): boolean {
  return document.activeElement === document.body && last !== null && !last.isConnected;
}

/** Lets a heading take the focus. */
export function focusHeading(heading: HTMLElement | null): void {
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}

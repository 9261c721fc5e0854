/** How far a list was scrolled in the current entry of the session history, in px; null if the entry has not shown one. */
export function keptScroll(): number | null {
  const { scroll } = (history.state ?? {}) as { scroll?: number };
  return scroll ?? null;
}

export function keepScroll(scroll: number): void {
  history.replaceState({ ...history.state, scroll }, '');
}

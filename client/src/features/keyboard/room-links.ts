interface Way {
  readonly step: 1 | -1;
  /** Whether only rooms with unread messages count. */
  readonly isUnread: boolean;
}

/** Opens the next or the previous room of the sidebar, which decides the order and what is hidden. */
export function goToRoom({ step, isUnread }: Way): void {
  const links = Array.from(document.querySelectorAll('.room-nav .room-item')).filter(
    (link) => link.closest('details:not([open])') === null,
  );
  const open = links.findIndex((link) => link.getAttribute('aria-current') === 'page');
  const inOrder = step === 1 ? links : links.toReversed();
  const from = open === -1 ? 0 : (step === 1 ? open : links.length - 1 - open) + 1;
  const next = isUnread ? [...inOrder.slice(from), ...inOrder.slice(0, from)] : inOrder.slice(from);
  const href = next.find((link) => !isUnread || link.matches('.room-item-unread'));
  if (href) location.hash = href.getAttribute('href')!;
}

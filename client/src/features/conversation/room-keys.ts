import type { KeyboardEvent } from 'react';

/** These have an Escape of their own. */
const OWN_ESCAPE = '.message-editor, .message-question, .members, .room-find';

/**
 * The keys of an open room. Escape closes the members, or moves the focus from the history to the composer. If it does
 * neither, `useEscapeToRead` handles it. PageUp and PageDown scroll the history while the user writes.
 */
export function roomKeys(closeMembers: (() => void) | null) {
  return (event: KeyboardEvent<HTMLElement>) => {
    const { key, altKey, ctrlKey, metaKey, shiftKey, nativeEvent } = event;
    if (altKey || ctrlKey || metaKey || shiftKey || nativeEvent.isComposing) return;
    if (event.defaultPrevented) return;
    if (key === 'Escape') leave(event, closeMembers);
    if (key === 'PageUp' || key === 'PageDown') turnPage(event);
  };
}

function leave(event: KeyboardEvent<HTMLElement>, closeMembers: (() => void) | null) {
  const element = event.target as HTMLElement;
  if (element.closest(OWN_ESCAPE)) return;
  const composer = event.currentTarget.querySelector<HTMLElement>('.composer textarea');
  const isInHistory = element.closest('.history-scroll') !== null && composer !== null;
  if (!closeMembers && !isInHistory) return;
  event.preventDefault();
  if (closeMembers) closeMembers();
  else composer?.focus();
}

function turnPage(event: KeyboardEvent) {
  const history = event.currentTarget.querySelector('.history-scroll');
  if (!history || !(event.target as HTMLElement).closest('.composer')) return;
  event.preventDefault();
  history.scrollBy({ top: (event.key === 'PageUp' ? -0.9 : 0.9) * history.clientHeight });
}

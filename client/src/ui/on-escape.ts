import type { KeyboardEvent } from 'react';

/** Not while Escape belongs to an input method that is composing a character. Nothing else uses the key then. */
export function onEscape(leave: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    leave();
  };
}

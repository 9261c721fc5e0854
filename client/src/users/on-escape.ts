import type { KeyboardEvent } from 'react';

/** Not while Escape belongs to an input method that is composing a character. */
export function onEscape(leave: () => void) {
  return ({ key, nativeEvent }: KeyboardEvent) => {
    if (key === 'Escape' && !nativeEvent.isComposing) leave();
  };
}

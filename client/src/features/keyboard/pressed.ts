import { commandLetter } from '../../ui/command-key.js';

/** What a shortcut of the page stands for. */
export type Pressed =
  | { readonly kind: 'finder' | 'shortcuts' }
  | { readonly kind: 'room'; readonly step: 1 | -1; readonly isUnread: boolean };

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowUp: -1, ArrowDown: 1 };

/** The shortcut that is pressed, unless something else has used the keys. */
export function pressedIn(event: KeyboardEvent): Pressed | null {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (event.defaultPrevented || event.isComposing) return null;
  const letter = commandLetter(event);
  if (letter === 'k' && !shiftKey) return { kind: 'finder' };
  if (letter === '/' || (key === '?' && !altKey && !ctrlKey && !metaKey && !isWriting(event)))
    return { kind: 'shortcuts' };
  const step = STEPS[key];
  if (step === undefined || !altKey || ctrlKey || metaKey || isInDialog(event)) return null;
  return { kind: 'room', step, isUnread: shiftKey };
}

const isInDialog = ({ target }: Event): boolean => (target as Element).closest('dialog') !== null;

/** A `?` in a text field is a question mark. */
const isWriting = ({ target }: Event): boolean =>
  (target as Element).closest('input:not([type=radio]), textarea, select, [contenteditable]') !==
  null;

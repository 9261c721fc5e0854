import type { KeyboardEvent } from 'react';
import { keyboardWords as words } from './keyboard.words.js';

interface FinderInputProps {
  listId: string;
  /** The chosen option; null if the list is empty. */
  optionId: string | null;
  typed: string;
  onType: (typed: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** The field of the finder: a combobox, from which the arrow keys choose in the list. */
export function FinderInput({ listId, optionId, typed, onType, onKeyDown }: FinderInputProps) {
  return (
    <input
      type="text"
      role="combobox"
      aria-label={words.find}
      aria-expanded={optionId !== null}
      aria-controls={listId}
      aria-autocomplete="list"
      aria-activedescendant={optionId ?? undefined}
      placeholder={words.find}
      autoComplete="off"
      spellCheck={false}
      dir="auto"
      value={typed}
      onChange={({ target }) => onType(target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

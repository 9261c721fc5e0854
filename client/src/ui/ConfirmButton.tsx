import { useState } from 'react';
import { words } from '../words/words.js';

interface ConfirmButtonProps {
  /** The action, such as "Remove". */
  text: string;
  /** The accessible name, if the text needs its surroundings to be understood. */
  label?: string;
  className: string;
  onConfirm: () => void;
}

/** A button that asks for confirmation: the second press runs the action; losing the focus cancels it. */
export function ConfirmButton({ text, label = text, className, onConfirm }: ConfirmButtonProps) {
  const [asks, setAsks] = useState(false);
  return (
    <button
      type="button"
      className={asks ? 'button-danger' : className}
      aria-label={asks ? words.confirm.pressAgain(label) : label}
      onBlur={() => setAsks(false)}
      onClick={() => {
        setAsks(!asks);
        if (asks) onConfirm();
      }}
    >
      {asks ? words.confirm.question(text) : text}
    </button>
  );
}

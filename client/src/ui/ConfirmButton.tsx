import { useState } from 'react';
import { words } from '../words/words.js';

interface ConfirmButtonProps {
  /** The action, such as "Remove". */
  text: string;
  /** The accessible name, if the text needs its surroundings to be understood. */
  label?: string;
  className?: string | undefined;
  /** What the user may not expect, shown with the question. */
  consequence?: string | undefined;
  /** Whether to ask when the button is pressed; by default, always. */
  needsConfirmation?: () => boolean;
  onConfirm: () => void;
}

/** A button that asks for confirmation: the second press runs the action; losing the focus cancels it. */
export function ConfirmButton(props: ConfirmButtonProps) {
  const { text, label = text, className, consequence, needsConfirmation, onConfirm } = props;
  const [asks, setAsks] = useState(false);
  return (
    <>
      <button
        type="button"
        className={asks ? 'button-danger' : className}
        aria-label={asks ? words.confirm.pressAgain(label) : label}
        onBlur={() => setAsks(false)}
        onClick={() => {
          const isConfirmed = asks || needsConfirmation?.() === false;
          setAsks(!isConfirmed);
          if (isConfirmed) onConfirm();
        }}
      >
        {asks ? words.confirm.question(text) : text}
      </button>
      {asks && consequence !== undefined && (
        <p role="status" className="field-hint">
          {consequence}
        </p>
      )}
    </>
  );
}

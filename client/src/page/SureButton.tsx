import { useState } from 'react';

interface SureButtonProps {
  /** What it does, such as "Remove". */
  text: string;
  /** For those who do not see what it stands beside. */
  label?: string;
  className: string;
  onSure: () => void;
}

/** A button that asks once more: the first press asks, the second does it, and whatever comes between takes it back. */
export function SureButton({ text, label = text, className, onSure }: SureButtonProps) {
  const [asks, setAsks] = useState(false);
  return (
    <button
      type="button"
      className={asks ? 'button-danger' : className}
      aria-label={asks ? `${label}: press again to do it` : label}
      onBlur={() => setAsks(false)}
      onClick={() => {
        setAsks(!asks);
        if (asks) onSure();
      }}
    >
      {asks ? `${text}?` : text}
    </button>
  );
}

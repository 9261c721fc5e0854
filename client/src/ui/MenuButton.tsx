import { type ReactNode, useCallback, useRef, useState } from 'react';
import { Popover } from './Popover.js';

interface MenuButtonProps {
  label: string;
  className: string;
  /** Whether Tab reaches it. */
  isReachable: boolean;
  /** The items. `onDone` closes the menu, and the focus returns to the button. */
  children: (onDone: () => void) => ReactNode;
}

/** Three dots, which open a menu. */
export function MenuButton({ label, className, isReachable, children }: MenuButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isShown, setIsShown] = useState(false);
  const close = useCallback(() => setIsShown(false), []);
  const onDone = () => {
    button.current?.focus();
    close();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={isShown}
        tabIndex={isReachable ? 0 : -1}
        onClick={() => setIsShown(!isShown)}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
          <path d="M5 12h.01M12 12h.01M19 12h.01" />
        </svg>
      </button>
      {isShown && (
        <Popover opener={button} label={label} className="menu" onClose={close}>
          {children(onDone)}
        </Popover>
      )}
    </>
  );
}

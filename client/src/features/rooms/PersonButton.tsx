import { type ReactNode, useCallback, useRef, useState } from 'react';
import { Popover } from '../../ui/Popover.js';
import { words } from '../../words/words.js';
import { useName } from '../people/use-name.js';
import { PersonCard } from './PersonCard.js';

interface PersonButtonProps {
  userId: string;
  roomId: string;
  className: string;
  /** Whether Tab reaches it. */
  isCurrent?: boolean;
  /** The name as it is shown. */
  children: ReactNode;
}

/** The name of a user, which opens their card. */
export function PersonButton(props: PersonButtonProps) {
  const { userId, roomId, className, isCurrent = true, children } = props;
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const close = useCallback(() => setIsOpen(false), []);
  const label = words.rooms.profileOf(useName(userId));
  return (
    <>
      <button
        ref={button}
        type="button"
        className={`person-button ${className}`}
        dir="auto"
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        tabIndex={isCurrent ? 0 : -1}
        onClick={() => setIsOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && (
        <Popover
          opener={button}
          align="start"
          label={label}
          className="person-card"
          onClose={close}
        >
          <PersonCard userId={userId} roomId={roomId} />
        </Popover>
      )}
    </>
  );
}

import { type ReactNode, useRef, useState } from 'react';
import { useStore } from '../../store/use-store.js';
import { reactionWords as words } from './reactions.words.js';
import { textOrNames } from '../files/file-names.js';
import { useExcerpt } from '../formatting/use-excerpt.js';
import type { Message } from '../rooms/message.js';
import { ReactionPicker } from './ReactionPicker.js';
import { reactionService } from './reaction-service.js';

interface ReactButtonProps {
  className: string;
  message: Message;
  /** Whether Tab reaches it. */
  isCurrent: boolean;
  children: ReactNode;
}

/** Opens the emoji to react with. */
export function ReactButton({ className, message, isCurrent, children }: ReactButtonProps) {
  const store = useStore();
  const text = useExcerpt(textOrNames(message.text ?? '', message.files));
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);

  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={words.reactTo(text)}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        tabIndex={isCurrent ? 0 : -1}
        onClick={() => setIsOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && (
        <ReactionPicker
          opener={button}
          onPick={(emoji) => store.service(reactionService).set(message, emoji, true)}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}

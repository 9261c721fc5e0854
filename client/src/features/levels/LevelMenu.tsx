import { useCallback, useRef, useState } from 'react';
import { LazyModule } from '../../state/lazy-module.js';
import { useSelected } from '../../store/use-store.js';
import { useIsMissing, useLazyCode } from '../../ui/use-lazy-code.js';
import { NotLoaded } from '../../ui/MissingCode.js';
import { Popover } from '../../ui/Popover.js';
import { titleOf } from '../rooms/names.js';
import type { Membership } from '../rooms/room.js';
import { levelWords as words } from './levels.words.js';
import { MUTED, mutedText } from './mute-times.js';
import './levels.css';

const choices = new LazyModule(() => import('./LevelChoices.js'));

/** The bell of a room. It shows what notifies the user there, and opens the choices. */
export function LevelMenu({ membership }: { membership: Membership }) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const close = useCallback(() => setIsOpen(false), []);
  const code = useLazyCode(choices, isOpen);
  const isMissing = useIsMissing(choices, isOpen);
  const title = useSelected(({ state }) => titleOf(state, membership));
  const muted = mutedText(membership.mutedUntil, MUTED);
  const state = muted ?? words.levels[membership.level];
  return (
    <>
      <button
        ref={button}
        type="button"
        className="button-quiet level-button"
        aria-label={words.button(state)}
        title={words.button(state)}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        <BellIcon isOff={muted !== null || membership.level === 'nothing'} />
      </button>
      {isOpen && code && (
        <code.LevelChoices
          opener={button}
          label={words.heading(title)}
          membership={membership}
          onClose={close}
        />
      )}
      {isOpen && isMissing && (
        <Popover
          opener={button}
          label={words.heading(title)}
          className="level-choices"
          onClose={close}
        >
          <NotLoaded />
        </Popover>
      )}
    </>
  );
}

function BellIcon({ isOff }: { isOff: boolean }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M12 3c-3.4 0-5.2 2.7-5.2 6.2 0 4-1 5.6-2.7 7.3-.5.5-.2 1.3.6 1.3h14.6c.8 0 1.1-.8.6-1.3-1.7-1.7-2.7-3.3-2.7-7.3C17.2 5.7 15.4 3 12 3z" />
      <path d="M9.9 20a2.2 2.2 0 0 0 4.2 0" />
      {isOff && <path d="M4 4l16 16" />}
    </svg>
  );
}

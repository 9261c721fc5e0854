import type { RefObject } from 'react';
import { LazyModule } from '../../state/lazy-module.js';
import { MissingCode } from '../../ui/MissingCode.js';
import { Popover } from '../../ui/Popover.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { reactionWords as words } from './reactions.words.js';

interface ReactionPickerProps {
  opener: RefObject<HTMLButtonElement | null>;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

const allEmoji = new LazyModule(() => import('./AllEmoji.js'));

const COMMON = ['👍', '❤️', '😂', '🎉', '👀', '✅'];

/** The common emoji, and all others once their code is loaded. */
export function ReactionPicker({ opener, onPick, onClose }: ReactionPickerProps) {
  const code = useLazyCode(allEmoji, true);

  function pick(emoji: string) {
    onPick(emoji);
    opener.current?.focus();
    onClose();
  }

  return (
    <Popover opener={opener} label={words.pick} className="reaction-picker" onClose={onClose}>
      <div className="common-emoji">
        {COMMON.map((emoji) => (
          <button key={emoji} type="button" className="emoji" onClick={() => pick(emoji)}>
            {emoji}
          </button>
        ))}
      </div>
      {code ? (
        <code.AllEmoji onPick={pick} />
      ) : (
        <div className="picker-note">
          <MissingCode code={allEmoji} />
        </div>
      )}
    </Popover>
  );
}

import { type ComponentType, type RefObject, useEffect, useState } from 'react';
import { Popover } from '../../ui/Popover.js';
import { words } from '../../words/words.js';

interface ReactionPickerProps {
  opener: RefObject<HTMLButtonElement | null>;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

const COMMON = ['👍', '❤️', '😂', '🎉', '👀', '✅'];

/** The common emoji, and all others once their code is loaded. */
export function ReactionPicker({ opener, onPick, onClose }: ReactionPickerProps) {
  const { All, isMissing } = useAllEmoji();

  function pick(emoji: string) {
    onPick(emoji);
    opener.current?.focus();
    onClose();
  }

  return (
    <Popover
      opener={opener}
      label={words.reactions.pick}
      className="reaction-picker"
      onClose={onClose}
    >
      <div className="common-emoji">
        {COMMON.map((emoji) => (
          <button key={emoji} type="button" className="emoji" onClick={() => pick(emoji)}>
            {emoji}
          </button>
        ))}
      </div>
      {All && <All onPick={pick} />}
      {!All && <p className="picker-note">{note(isMissing)}</p>}
    </Popover>
  );
}

const note = (isMissing: boolean): string =>
  isMissing ? words.reactions.notLoaded : words.app.loading;

type AllEmoji = ComponentType<{ onPick: (emoji: string) => void }>;

function useAllEmoji() {
  const [All, setAll] = useState<AllEmoji | null>(null);
  const [isMissing, setIsMissing] = useState(false);
  useEffect(() => {
    let isNeeded = true;
    import('./AllEmoji.js').then(
      (loaded) => isNeeded && setAll(() => loaded.AllEmoji),
      () => isNeeded && setIsMissing(true),
    );
    return () => {
      isNeeded = false;
    };
  }, []);
  return { All, isMissing };
}

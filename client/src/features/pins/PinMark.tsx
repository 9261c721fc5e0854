import { useSelected } from '../../store/use-store.js';
import type { Message } from '../rooms/message.js';
import { isPinned } from './pins.js';
import { PinIcon } from './PinIcon.js';
import { pinWords } from './pins.words.js';

/** Shows that a message is pinned. */
export function PinMark({ message }: { message: Message }) {
  if (!useSelected(({ state }) => isPinned(state, message))) return null;
  return (
    <span className="message-mark">
      <PinIcon />
      {pinWords.pinned}
    </span>
  );
}

import { Arrow } from '../../ui/Arrow.js';
import { words } from '../../words/words.js';
import type { Reading } from './use-reading.js';

interface JumpsProps {
  unread: number;
  scroll: {
    readonly atEnd: boolean;
    readonly firstInSight: number;
    readonly lastInSight: number;
    readonly toNew: (seq: number) => void;
    readonly toEnd: () => void;
  };
  reading: Reading;
  /** Takes the focus from a button, which may disappear. */
  onFocusLost: () => void;
}

/** The ways to the unread messages and to the end of the room, over the history. */
export function Jumps({ unread, scroll, reading, onFocusLost }: JumpsProps) {
  const { atEnd, firstInSight, lastInSight } = scroll;
  const firstNew = reading.seen + 1;
  const toNew = () => scroll.toNew(firstNew);
  const isBelow = unread > 0 && firstNew > lastInSight;
  const clicked =
    (jump: () => void) =>
    ({ currentTarget }: { currentTarget: HTMLButtonElement }) => {
      jump();
      if (document.activeElement === currentTarget) onFocusLost();
    };
  return (
    <>
      {unread > 0 && firstNew < firstInSight && (
        <div className="skipped">
          <button type="button" onClick={clicked(toNew)}>
            {words.conversation.skipped(unread)}
            <Arrow to="up" />
          </button>
          <button type="button" onClick={clicked(reading.readAll)}>
            {words.conversation.markRead}
          </button>
        </div>
      )}
      {!atEnd && (
        <button type="button" className="to-end" onClick={clicked(isBelow ? toNew : scroll.toEnd)}>
          {unread > 0 ? words.conversation.newMessages(unread) : words.conversation.toNewest}
          <Arrow to="down" />
        </button>
      )}
    </>
  );
}

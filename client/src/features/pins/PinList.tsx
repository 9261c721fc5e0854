import { useEffect } from 'react';
import { followFromPanel, followWithPanel, usePanel } from '../../shell/panel.js';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { ShortTime } from '../../ui/ShortTime.js';
import { textOrNames } from '../files/file-names.js';
import { usePlainText } from '../formatting/plain-text.js';
import { useName } from '../people/use-name.js';
import type { Message } from '../rooms/message.js';
import { hrefOfRoom } from '../rooms/room-address.js';
import { needPinnedMessages, pins } from './pins.js';
import { pinWords as words } from './pins.words.js';
import { PINS } from './PinsButton.js';

/** The pinned messages of a room. Each is a link to its place in the room. */
export function PinList({ roomId }: { roomId: string }) {
  const store = useStore();
  const known = useSelected(({ state }) => partOf(state, pins).get(roomId));
  const failures = useSelected((view) => view.failures);
  useEffect(() => needPinnedMessages(store, roomId), [store, roomId, known, failures]);
  if (!known) return <p role="status">{words.loading}</p>;
  if (known.items.length === 0) return <p className="nav-empty">{words.none}</p>;
  return (
    <ul className="pin-list">
      {known.items.map(
        ({ messageId, message }) => message && <PinItem key={messageId} message={message} />,
      )}
    </ul>
  );
}

/** On a narrow screen the panel covers the history, so the link closes it. See `rooms.css`. */
const isNextToHistory = (): boolean => matchMedia('(width >= 72rem)').matches;

function PinItem({ message }: { message: Message }) {
  const { roomId, seq, authorId, text, files, createdAt } = message;
  const panel = usePanel(PINS);
  const author = useName(authorId);
  const plain = usePlainText(text ?? '');
  return (
    <li>
      <a
        href={hrefOfRoom(roomId, seq)}
        className="pin-item"
        onClick={(event) =>
          isNextToHistory() ? followWithPanel(event) : followFromPanel(panel, event)
        }
      >
        <span className="message-author" dir="auto">
          {author}
        </span>
        <ShortTime iso={createdAt} />
        <span className="pin-text" dir="auto">
          {textOrNames(plain, files)}
        </span>
      </a>
    </li>
  );
}

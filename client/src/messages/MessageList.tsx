import { useMemo, useRef } from 'react';
import { messageAt, noHistory } from '../chat/history-fold.js';
import type { Message } from '../chat/message.js';
import type { OutboxEntry } from '../chat/outbox-entries.js';
import type { Membership } from '../chat/room.js';
import { Arrow } from '../page/Arrow.js';
import { useChat, useChatView } from '../page/use-chat.js';
import { MessageRow } from './MessageRow.js';
import { PendingRow } from './PendingRow.js';
import { useHistoryPages } from './use-history-pages.js';
import { useMessageScroll } from './use-message-scroll.js';
import { useReading } from './use-reading.js';
import { useRovingFocus } from './use-roving-focus.js';

/** How many messages before and behind those in sight are loaded. */
const AHEAD = 28;

interface MessageListProps {
  membership: Membership;
  /** The message to begin at. */
  target: number | null;
  editing: Message | null;
  onEdit: (message: Message | null) => void;
}

/** The history of a room, of which only what is in sight is rendered, and only what was in sight is loaded. */
export function MessageList({ membership, target, editing, onEdit }: MessageListProps) {
  const chat = useChat();
  const { state, outbox, failures } = useChatView();
  const { room, lastSeq } = membership;
  const history = state.histories.get(room.id) ?? noHistory;
  const pending = usePending(outbox, membership);
  const scroller = useRef<HTMLDivElement>(null);
  const roving = useRovingFocus(scroller);
  const held = [roving.held, editing?.seq].filter((seq) => typeof seq === 'number');
  const scroll = useMessageScroll({ scroller, membership, pending, target, held });
  const { rows, atEnd, firstInSight, lastInSight } = scroll;
  const current = roving.current(scroll);
  const fresh = useReading({ membership, lastInSight, atEnd });

  useHistoryPages(chat, room.id, {
    from: Math.max(1, firstInSight - AHEAD),
    to: Math.min(lastSeq, lastInSight + AHEAD),
    known: history,
    failures,
  });

  return (
    <div className="history">
      <div
        ref={scroller}
        className="history-scroll"
        role="log"
        aria-label="Messages"
        aria-live="off"
        aria-busy={lastSeq > 0 && messageAt(history, firstInSight) === undefined}
        tabIndex={-1}
        onFocus={(event) => roving.onFocus(event, lastSeq)}
        onBlur={roving.onBlur}
        onKeyDown={(event) =>
          roving.onKeyDown(event, { from: current, lastSeq, scrollTo: scroll.to })
        }
      >
        {lastSeq + pending.length === 0 && (
          <p className="history-empty">Nothing was said here yet.</p>
        )}
        <div className="history-all" style={{ height: scroll.height }}>
          {rows.map(({ index, key, start }) => (
            <div
              key={key}
              ref={scroll.measure}
              data-index={index}
              className="history-row"
              style={{ transform: `translateY(${start}px)` }}
            >
              {index < lastSeq ? (
                <MessageRow
                  message={messageAt(history, index + 1)}
                  before={messageAt(history, index)}
                  membership={membership}
                  isFirst={index === 0}
                  isFresh={fresh === index + 1}
                  isTarget={target === index + 1}
                  isEdited={editing !== null && messageAt(history, index + 1)?.id === editing.id}
                  isCurrent={current === index + 1}
                  onEdit={onEdit}
                />
              ) : (
                <PendingRow entry={pending[index - lastSeq]!} />
              )}
            </div>
          ))}
        </div>
      </div>
      {!atEnd && (
        <button type="button" className="to-end" onClick={scroll.toEnd}>
          {membership.unread > 0 ? `${membership.unread} new` : 'To the newest'}
          <Arrow to="down" />
        </button>
      )}
    </div>
  );
}

/** Those that the history does not have yet. */
function usePending(
  outbox: readonly OutboxEntry[],
  { room, lastSeq }: Membership,
): readonly OutboxEntry[] {
  return useMemo(
    () => outbox.filter(({ roomId, seq = Infinity }) => roomId === room.id && seq > lastSeq),
    [outbox, room.id, lastSeq],
  );
}

import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { partOf } from '../../store/state.js';
import { usePart, useStore, useView } from '../../store/use-store.js';
import { words } from '../../words/words.js';
import { linesAfter, noLines } from '../lines/line-pages.js';
import { linesView, needLines, roomLines } from '../lines/room-lines.js';
import type { Message } from '../rooms/message.js';
import type { Membership } from '../rooms/room.js';
import { histories } from './histories.js';
import { messageAt, noHistory } from './history-fold.js';
import { historyLoader } from './history-loader.js';
import { Jumps } from './Jumps.js';
import { MessageRow } from './MessageRow.js';
import type { OutboxEntry } from './outbox-entries.js';
import { outboxEntries } from './outbox-service.js';
import { PendingRow } from './PendingRow.js';
import { useEscapeToRead } from './use-escape-to-read.js';
import { useHistoryPages } from './use-history-pages.js';
import { useMessageScroll } from './use-message-scroll.js';
import { useReading } from './use-reading.js';
import { useRovingFocus } from './use-roving-focus.js';

/** The number of messages to load before and after those in sight. */
const AHEAD = 28;

interface MessageListProps {
  membership: Membership;
  /** The message to start at. */
  target: number | null;
  editing: Message | null;
  onEdit: (message: Message | null) => void;
  /** Null if the user cannot invite others. */
  onInvite: (() => void) | null;
}

/** The history of a room. Only messages in sight are rendered, and only pages that were in sight are loaded. */
export function MessageList({ membership, target, editing, onEdit, onInvite }: MessageListProps) {
  const store = useStore();
  const { state, failures } = useView();
  const outbox = usePart(outboxEntries);
  const { room, role, lastSeq, saved } = membership;
  const history = partOf(state, histories).get(room.id) ?? noHistory;
  const lines = partOf(state, roomLines).get(room.id) ?? noLines;
  const HistoryLines = linesView();
  const pending = usePending(outbox, membership);
  const scroller = useRef<HTMLDivElement>(null);
  const roving = useRovingFocus(scroller);
  const held = [roving.held, editing?.seq].filter((seq) => typeof seq === 'number');
  const scroll = useMessageScroll({ scroller, membership, history, pending, target, held });
  const { rows, firstInSight, lastInSight } = scroll;
  const current = roving.current(scroll);
  useSetSize(scroll.list, lastSeq);
  const reading = useReading({ membership, sight: scroll });
  useEscapeToRead(reading.readAll);

  useEffect(() => {
    if (lastSeq === 0) void needLines(store, room.id, 1, 0);
  }, [store, room.id, lastSeq, lines, failures]);

  useHistoryPages(store.service(historyLoader), room.id, {
    from: Math.max(1, firstInSight - AHEAD),
    to: lastInSight === 0 ? 0 : Math.min(lastSeq, lastInSight + AHEAD),
    known: history,
    failures,
  });

  return (
    <div className="history">
      <div
        ref={scroller}
        className="history-scroll"
        role="log"
        aria-label={words.conversation.messages}
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
          <>
            {HistoryLines && <HistoryLines lines={linesAfter(lines, 0)} />}
            <NoMessages onInvite={onInvite} />
          </>
        )}
        <div ref={scroll.all} className="history-all">
          <div ref={scroll.list} className="history-rows">
            {rows.map(({ index, isHeld }) => (
              <div
                key={index < lastSeq ? index + 1 : pending[index - lastSeq]!.clientId}
                data-index={index}
                data-held={isHeld || undefined}
                className="history-row"
              >
                {HistoryLines && index === 0 && <HistoryLines lines={linesAfter(lines, 0)} />}
                {index < lastSeq ? (
                  <MessageRow
                    message={messageAt(history, index + 1)}
                    before={messageAt(history, index)}
                    isOwner={role === 'owner'}
                    isOpen={room.archivedAt === null}
                    isFirst={index === 0}
                    isApart={Boolean(linesAfter(lines, index)?.length)}
                    isFresh={reading.fresh === index + 1}
                    isTarget={target === index + 1}
                    isEdited={editing !== null && messageAt(history, index + 1)?.id === editing.id}
                    isSaved={saved.includes(index + 1)}
                    isCurrent={current === index + 1}
                    onEdit={onEdit}
                  />
                ) : (
                  <PendingRow entry={pending[index - lastSeq]!} />
                )}
                {HistoryLines && index < lastSeq && (
                  <HistoryLines lines={linesAfter(lines, index + 1)} />
                )}
              </div>
            ))}
          </div>
        </div>
      </div>
      <Jumps
        unread={membership.unread}
        scroll={scroll}
        reading={reading}
        onFocusLost={() => scroller.current?.focus()}
      />
    </div>
  );
}

/** Past the rows, which would all be rendered again for each new message. */
function useSetSize(list: RefObject<HTMLElement | null>, size: number): void {
  useLayoutEffect(() => {
    for (const article of list.current!.querySelectorAll('[aria-posinset]'))
      article.setAttribute('aria-setsize', String(size));
  });
}

function NoMessages({ onInvite }: Pick<MessageListProps, 'onInvite'>) {
  return (
    <div className="history-empty">
      <p>{words.conversation.empty}</p>
      {onInvite && (
        <button type="button" className="button-link" onClick={onInvite}>
          {words.conversation.inviteSomeone}
        </button>
      )}
    </div>
  );
}

/** The outbox entries that the history does not have yet. */
function usePending(
  outbox: readonly OutboxEntry[],
  { room, lastSeq }: Membership,
): readonly OutboxEntry[] {
  return useMemo(
    () => outbox.filter(({ roomId, seq = Infinity }) => roomId === room.id && seq > lastSeq),
    [outbox, room.id, lastSeq],
  );
}

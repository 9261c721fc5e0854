import { useEffect, useMemo, useRef, useState } from 'react';
import { usePart, useStore, useView } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { passFocusTo } from '../../ui/pass-focus-to.js';
import { useAttempt } from '../../ui/use-attempt.js';
import type { Message } from '../rooms/message.js';
import { threadWords as words } from '../threads/threads.words.js';
import { Composer } from './Composer.js';
import { MessageRow } from './MessageRow.js';
import { fetchOlder, needThread, type OpenThread, openThread } from './open-thread.js';
import type { OutboxEntry } from './outbox-entries.js';
import { outboxEntries } from './outbox-service.js';
import { PendingRow } from './PendingRow.js';
import type { ThreadPaneProps } from './thread-pane-props.js';
import { useMessage } from './use-message.js';
import { useThreadReading } from './use-thread-reading.js';

/** The first message of a thread, its replies, and a field for the next one. */
export function ThreadView({ membership, seq }: ThreadPaneProps & { seq: number }) {
  const { room, role, saved } = membership;
  const root = useMessage(room.id, seq);
  const thread = useThread(room.id, seq);
  const replies = useReplies(thread, seq);
  const pending = usePending(room.id, thread, seq);
  const [editing, setEditing] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useThreadReading({ scroller, roomId: room.id, seq, replies, pending: pending.length });
  const isOpen = room.archivedAt === null;
  const row = (message: Message, before?: Message) => (
    <MessageRow
      message={message}
      before={before}
      isOwner={role === 'owner'}
      isOpen={isOpen}
      isFirst={false}
      isFresh={false}
      isTarget={false}
      isEdited={editing === message.id}
      isSaved={saved.includes(message.seq)}
      isCurrent
      isInThread
      onEdit={(edited) => setEditing(edited?.id ?? null)}
    />
  );
  return (
    <>
      <div
        ref={scroller}
        className="thread-scroll"
        role="log"
        aria-label={words.thread}
        tabIndex={0}
      >
        {root && <div className="thread-root">{row(withoutThread(root))}</div>}
        {thread?.hasOlder && <Older thread={thread} />}
        {!thread && <p role="status">{words.loading}</p>}
        {replies.map((reply, index) => (
          <div key={reply.id} data-seq={reply.seq}>
            {row(reply, replies[index - 1])}
          </div>
        ))}
        {pending.map((entry) => (
          <PendingRow key={entry.clientId} entry={entry} />
        ))}
      </div>
      {isOpen && <Composer membership={membership} thread={seq} />}
    </>
  );
}

function Older({ thread }: { thread: OpenThread }) {
  const store = useStore();
  const { failure, attempt } = useAttempt();
  return (
    <>
      <button
        ref={passFocusToReplies}
        type="button"
        className="button-quiet"
        onClick={() => attempt(fetchOlder(store, thread))}
      >
        {words.older}
      </button>
      <FailureText text={failure} />
    </>
  );
}

const passFocusToReplies = passFocusTo('[role=log]');

/** The line that opens the thread is of no use in it. */
const withoutThread = (message: Message): Message => ({ ...message, thread: null });

/** Null until it is loaded, and after events may have been missed. */
function useThread(roomId: string, seq: number): OpenThread | null {
  const store = useStore();
  const { failures, loaded } = useView();
  const known = usePart(openThread);
  useEffect(() => {
    if (loaded) needThread(store, roomId, seq);
  }, [store, roomId, seq, loaded, known, failures]);
  return known?.roomId === roomId && known.seq === seq ? known : null;
}

/** In the order of the room. Only replies to other replies quote. */
function useReplies(thread: OpenThread | null, seq: number): readonly Message[] {
  return useMemo(
    () =>
      [...(thread?.replies.values() ?? [])]
        .map(({ message }) => withoutQuoteOf(seq, message))
        .toSorted((one, other) => one.seq - other.seq),
    [thread?.replies, seq],
  );
}

/** The replies that are on their way. */
function usePending(roomId: string, thread: OpenThread | null, seq: number) {
  const outbox = usePart(outboxEntries);
  return useMemo(() => {
    const posted = new Set(
      [...(thread?.replies.values() ?? [])].map((one) => one.message.clientId),
    );
    return outbox
      .filter((entry) => entry.roomId === roomId && entry.replyTo === seq)
      .filter(({ clientId }) => !posted.has(clientId))
      .map(withoutQuote);
  }, [outbox, roomId, seq, thread?.replies]);
}

const withoutQuoteOf = (seq: number, message: Message): Message =>
  message.replyTo === seq ? { ...message, replyTo: null } : message;

function withoutQuote(entry: OutboxEntry): OutboxEntry {
  const { replyTo: _, ...rest } = entry;
  return rest;
}

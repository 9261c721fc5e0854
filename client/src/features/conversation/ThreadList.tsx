import { useEffect, useRef } from 'react';
import { usePanel } from '../../shell/panel.js';
import { partOf } from '../../store/state.js';
import { usePart, useSelected, useStore, useView } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { useFocusOnLastPage } from '../../ui/use-focus-on-last-page.js';
import { words } from '../../words/words.js';
import { usePlainText } from '../formatting/plain-text.js';
import { useName } from '../people/use-name.js';
import type { Message } from '../rooms/message.js';
import { panelOf } from '../threads/thread-panels.js';
import { timeOf } from '../threads/ThreadLine.js';
import { threadWords } from '../threads/threads.words.js';
import { unreadIn, unreadThreads } from '../threads/unread-threads.js';
import { fetchOlderThreads, needThreads, roomThreads } from './room-threads.js';
import type { ThreadPaneProps } from './thread-pane-props.js';

/** The threads of a room. Each leads to its replies. */
export function ThreadList({ membership: { room } }: ThreadPaneProps) {
  const store = useStore();
  const { failures, loaded } = useView();
  const { failure, attempt } = useAttempt();
  const known = usePart(roomThreads);
  const list = useRef<HTMLUListElement>(null);
  useFocusOnLastPage(list, typeof known?.next === 'string');
  useEffect(() => {
    if (loaded) needThreads(store, room.id);
  }, [store, room.id, loaded, known, failures]);
  if (known?.roomId !== room.id) return <p role="status">{threadWords.loading}</p>;
  const { roots, next } = known;
  if (roots.length === 0) return <p className="nav-empty">{threadWords.none}</p>;
  return (
    <>
      <ul ref={list} className="thread-list">
        {roots.map((root) => (
          <ThreadItem key={root.id} root={root} />
        ))}
      </ul>
      {next !== null && (
        <button
          type="button"
          className="button-quiet"
          onClick={() => attempt(fetchOlderThreads(store, next))}
        >
          {threadWords.more}
        </button>
      )}
      <FailureText text={failure} />
    </>
  );
}

function ThreadItem({ root }: { root: Message }) {
  const { roomId, seq, authorId, text, thread } = root;
  const panel = usePanel(panelOf(seq));
  const author = useName(authorId);
  const plain = usePlainText(text ?? '');
  const unread = useSelected(({ state }) => unreadIn(partOf(state, unreadThreads), roomId, seq));
  return (
    <li>
      <button type="button" className="thread-item" onClick={panel.open}>
        <span className="message-author" dir="auto">
          {author}
        </span>
        <span className={text === null ? 'thread-text message-gone' : 'thread-text'} dir="auto">
          {text === null ? words.conversation.deleted : plain}
        </span>
        <span className="thread-count">
          {thread && threadWords.line(thread.replies, timeOf(thread.lastAt))}
          {unread > 0 && <span className="badge badge-personal">{threadWords.unread(unread)}</span>}
        </span>
      </button>
    </li>
  );
}

import { toggle, usePanel } from '../../shell/panel.js';
import { partOf } from '../../store/state.js';
import { useSelected } from '../../store/use-store.js';
import { words } from '../../words/words.js';
import type { Message } from '../rooms/message.js';
import { panelOf } from './thread-panels.js';
import { threadWords } from './threads.words.js';
import { unreadIn, unreadThreads } from './unread-threads.js';

/** How many replies a message has. It opens the thread. */
export function ThreadLine({ message, isCurrent }: { message: Message; isCurrent: boolean }) {
  const { roomId, seq, thread } = message;
  const panel = usePanel(panelOf(seq));
  const unread = useSelected(({ state }) => unreadIn(partOf(state, unreadThreads), roomId, seq));
  if (!thread || thread.replies === 0) return null;
  return (
    <button
      type="button"
      className="thread-line"
      ref={panel.opener}
      aria-expanded={panel.isOpen}
      tabIndex={isCurrent ? 0 : -1}
      onClick={() => toggle(panel)}
    >
      {threadWords.line(thread.replies, timeOf(thread.lastAt))}
      {unread > 0 && <span className="badge badge-personal">{threadWords.unread(unread)}</span>}
    </button>
  );
}

/** The time of today's replies, the day of others. */
export function timeOf(iso: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? words.dates.time(date) : words.dates.day(date);
}

import { toggle, usePanel } from '../../shell/panel.js';
import { partOf } from '../../store/state.js';
import { useSelected } from '../../store/use-store.js';
import { ThreadsIcon } from './ThreadsIcon.js';
import { THREADS } from './thread-panels.js';
import { threadWords as words } from './threads.words.js';
import { unreadThreads } from './unread-threads.js';

/** Opens the threads of a room. Its badge says how many of those that the user follows have unread replies. */
export function ThreadsButton({ roomId }: { roomId: string }) {
  const panel = usePanel(THREADS);
  const unread = useSelected(
    ({ state }) => partOf(state, unreadThreads).filter((thread) => thread.roomId === roomId).length,
  );
  return (
    <button
      type="button"
      className="button-quiet icon-on-phone threads-button"
      ref={panel.opener}
      aria-label={unread > 0 ? words.unreadThreads(unread) : undefined}
      aria-expanded={panel.isOpen}
      onClick={() => toggle(panel)}
    >
      <ThreadsIcon />
      <span>{words.threads}</span>
      {unread > 0 && (
        <span className="badge badge-personal" aria-hidden="true">
          {words.badge(unread)}
        </span>
      )}
    </button>
  );
}

import { partOf } from '../../store/state.js';
import { useSelected } from '../../store/use-store.js';
import { isSilent } from '../rooms/attention.js';
import type { Membership } from '../rooms/room.js';
import { ThreadsIcon } from './ThreadsIcon.js';
import { threadWords as words } from './threads.words.js';
import { unreadThreads } from './unread-threads.js';

/** How many threads that the user follows have unread replies, in those of some rooms that are not silent. */
export function UnreadThreads({ rooms }: { rooms: readonly Membership[] }) {
  const shown = new Set(rooms.filter((mine) => !isSilent(mine)).map(({ room }) => room.id));
  const count = useSelected(
    ({ state }) => partOf(state, unreadThreads).filter(({ roomId }) => shown.has(roomId)).length,
  );
  if (count === 0) return null;
  return (
    <span className="badge badge-personal badge-threads">
      <ThreadsIcon />
      <span aria-hidden="true">{words.badge(count)}</span>
      <span className="visually-hidden">{words.unreadInRooms(count)}</span>
    </span>
  );
}

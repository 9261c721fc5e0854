import { words } from '../../words/words.js';
import { countedIn, isMarked } from '../rooms/attention.js';
import type { Membership } from '../rooms/room.js';
import { UnreadThreads } from '../threads/UnreadThreads.js';

/** What is unread in some rooms: threads that the user follows, and messages. */
export function Unread({ rooms }: { rooms: readonly Membership[] }) {
  return (
    <span className="badges">
      <UnreadThreads rooms={rooms} />
      <UnreadMessages rooms={rooms} />
    </span>
  );
}

/**
 * As the notification levels ask for, a number, a dot or nothing. Messages for the user
 * themselves stand out from those for everyone in a room.
 */
function UnreadMessages({ rooms }: { rooms: readonly Membership[] }) {
  const shown = rooms.filter((mine) => countedIn(mine) > 0 || isMarked(mine));
  if (shown.length === 0) return null;
  const counted = sumOf(shown, countedIn);
  const mentions = sumOf(shown, (mine) => mine.mentions);
  const isPersonal = mentions > 0 || shown.some(({ room }) => room.kind === 'direct');
  return (
    <span className={classOf(counted, isPersonal)}>
      {counted > 0 && <span aria-hidden="true">{words.rooms.unreadBadge(counted, mentions)}</span>}
      <span className="visually-hidden">
        {words.rooms.unread(
          sumOf(shown, ({ unread }) => unread),
          mentions,
        )}
      </span>
    </span>
  );
}

function classOf(counted: number, isPersonal: boolean): string {
  if (counted === 0) return 'badge badge-dot';
  return isPersonal ? 'badge badge-personal' : 'badge';
}

const sumOf = (rooms: readonly Membership[], countOf: (mine: Membership) => number): number =>
  rooms.reduce((sum, mine) => sum + countOf(mine), 0);

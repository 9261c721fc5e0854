import type { EventData } from '../../store/events.js';
import type { Slice } from '../../store/state.js';

/** The ids of the users who are online, as far as this user may see it. */
export type OnlineUsers = ReadonlySet<string>;

export const onlineUsers: Slice<OnlineUsers> = {
  name: 'online users',
  initial: new Set(),
  transient: {
    name: 'presence',
    fold: foldPresence,
    current: (online: OnlineUsers) => ({ online: [...online], offline: [], complete: true }),
  },
};

function foldPresence(
  known: OnlineUsers,
  { online, offline, complete }: EventData['presence'],
): OnlineUsers {
  const next = new Set(complete ? online : [...known, ...online]);
  for (const userId of offline) next.delete(userId);
  return next;
}

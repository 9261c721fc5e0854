import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';

/** The message to which the user is writing a reply, by its `seq`, for each room by its id. */
export const repliesInProgress: Slice<ReadonlyMap<string, number>> = {
  name: 'replies in progress',
  initial: new Map(),
};

/** The next message to the room replies to this one, or to none. */
export function replyTo(store: Store, roomId: string, seq: number | null): void {
  store.update(repliesInProgress, (all) => {
    const others = [...all].filter(([id]) => id !== roomId);
    return new Map(seq === null ? others : [...others, [roomId, seq]]);
  });
}

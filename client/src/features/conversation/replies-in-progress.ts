import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';

/** The message that the user has chosen to reply to, by its `seq`, for each draft by its key. */
export const repliesInProgress: Slice<ReadonlyMap<string, number>> = {
  name: 'replies in progress',
  initial: new Map(),
};

/** The message of a draft replies to this one, or to none. */
export function replyTo(store: Store, draft: string, seq: number | null): void {
  store.update(repliesInProgress, (all) => {
    const others = [...all].filter(([key]) => key !== draft);
    return new Map(seq === null ? others : [...others, [draft, seq]]);
  });
}

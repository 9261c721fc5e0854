import { isRead } from '../../client/src/features/push/is-read.js';
import { memberships } from '../../client/src/features/rooms/memberships.js';
import type { Membership } from '../../client/src/features/rooms/room.js';
import { unreadThreads } from '../../client/src/features/threads/unread-threads.js';
import { emptyState, withPart } from '../../client/src/store/state.js';

const ROOT = 1;
const mine = { room: { id: 'r' }, readSeq: 3, lastSeq: 9 } as unknown as Membership;
const place = (seq: number, threadOf: number | null = null) => ({ roomId: 'r', seq, threadOf });

describe('the notification of a message, when the page opens', () => {
  const state = withPart(emptyState('me', [memberships, unreadThreads]), memberships, [mine]);
  const unread = withPart(state, unreadThreads, [
    { roomId: 'r', seq: ROOT, readSeq: 6, unread: [8] },
  ]);

  it('is closed if the user has read the message elsewhere, in its room or in its thread', () => {
    expect([place(3), place(4)].map((one) => isRead(state, one, null))).toEqual([true, false]);
    expect(isRead(state, place(8, ROOT), null)).toBe(true);
    expect([6, 8].map((seq) => isRead(unread, place(seq, ROOT), null))).toEqual([true, false]);
  });

  it('stays if the snapshot does not know the message yet, or the room', () => {
    expect(isRead(state, place(10, ROOT), null)).toBe(false);
    expect(isRead(state, { ...place(8, ROOT), roomId: 'other' }, null)).toBe(false);
  });
});

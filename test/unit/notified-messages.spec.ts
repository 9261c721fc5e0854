import { NotifiedMessages } from '../../client/src/features/notifications/notified-messages.js';
import { memberships } from '../../client/src/features/rooms/memberships.js';
import type { Message } from '../../client/src/features/rooms/message.js';
import type { Membership } from '../../client/src/features/rooms/room.js';
import { unreadThreads } from '../../client/src/features/threads/unread-threads.js';
import type { StreamEvent } from '../../client/src/store/events.js';
import { emptyState, foldEvent, type State, withPart } from '../../client/src/store/state.js';
import type { Level } from '../../src/rooms/room/notification-level.js';

const ME = 'me';
const ROOT = 1;

describe('the messages of which the user is notified', () => {
  let position = 0;
  let state: State;
  let notified: NotifiedMessages;
  const inRoom = (level: Level) => {
    const mine = { room: { id: 'r' }, level, mutedUntil: null, readSeq: 0, lastSeq: 1 };
    state = withPart(state, memberships, [mine as unknown as Membership]);
  };
  beforeEach(() => {
    state = emptyState(ME, [memberships, unreadThreads]);
    notified = new NotifiedMessages();
    inRoom('mentions');
  });

  const after = (name: string, data: object): number | null => {
    const event = { name, data, position: ++position } as unknown as StreamEvent;
    state = foldEvent(state, event);
    return notified.after(event, state)?.seq ?? null;
  };
  const replied = (seq: number, also: Partial<Message> = {}) =>
    after('message.posted', {
      roomId: 'r',
      seq,
      authorId: 'other',
      text: 'Text',
      mentions: [],
      mentionsAll: false,
      threadOf: ROOT,
      ...also,
    });
  const changed = (readSeq: number, ...unread: number[]) =>
    after('thread.changed', { roomId: 'r', seq: ROOT, readSeq, unread });

  it('include each reply in a followed thread once', () => {
    expect([replied(2), changed(1, 2)]).toEqual([null, 2]);
    expect([replied(3), replied(4)]).toEqual([3, 4]);
  });

  it('do not include a reply again when another device reads those before it', () => {
    for (const seq of [2, 3, 4]) expect(replied(seq) ?? changed(1, 2)).toBe(seq);
    expect(changed(3, 4)).toBeNull();
    expect(changed(4)).toBeNull();
  });

  it('include a reply once that notifies for another reason, too', () => {
    expect([replied(2, { mentions: [ME] }), changed(1, 2), changed(2)]).toEqual([2, null, null]);
    inRoom('all');
    expect([replied(3), changed(2, 3)]).toEqual([3, null]);
  });

  it('do not include a reply later that the room has muted', () => {
    inRoom('nothing');
    expect([replied(2), changed(1, 2), replied(3)]).toEqual([null, null, null]);
    inRoom('mentions');
    expect(changed(2, 3)).toBeNull();
  });

  it('do not include replies in other threads, and messages of the user', () => {
    expect([replied(2), replied(3, { authorId: ME }), changed(1)]).toEqual([null, null, null]);
  });
});

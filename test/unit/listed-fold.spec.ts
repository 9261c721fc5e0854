import type { Message } from '../../client/src/features/rooms/message.js';
import { foldListed } from '../../client/src/features/listed-messages/listed-fold.js';
import type { StreamEvent } from '../../client/src/store/events.js';

const message = (id: string, roomId: string, text: string | null = id) =>
  ({ id, roomId, text }) as Message;
const event = (name: string, data: object) => ({ name, position: 1, data }) as StreamEvent;

describe('the messages of a list, such as those that a search has found', () => {
  const listed = [message('a', 'r'), message('b', 'r'), message('c', 'other')];
  const after = (one: StreamEvent) => foldListed(listed, one).map(({ text }) => text);

  it('have the text of the last edit', () => {
    const edited = {
      ...message('b', 'r', 'new'),
      previousMentions: [],
      previousMentionsAll: false,
    };
    expect(after(event('message.edited', edited))).toEqual(['a', 'new', 'c']);
  });

  it('do not include deleted messages, or messages of rooms that the user has left', () => {
    expect(after(event('message.deleted', message('b', 'r', null)))).toEqual(['a', 'c']);
    expect(after(event('room.left', { roomId: 'r' }))).toEqual(['c']);
  });
});

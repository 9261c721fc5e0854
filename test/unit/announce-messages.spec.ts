import { setImmediate as immediate } from 'node:timers/promises';
import { announceMessages } from '../../client/src/features/conversation/announce-messages.js';
import type { StreamEvent } from '../../client/src/store/events.js';

describe('the announcements of messages in the open room', () => {
  let announced: string[];
  let post: (text: string, also?: { roomId?: string; authorId?: string }) => void;
  let parse: () => void;
  let stop: () => void;

  beforeEach(() => {
    announced = [];
    const parsed = new Promise<void>((resolve) => (parse = resolve));
    stop = announceMessages({
      me: 'me',
      roomId: 'r',
      onEvent: (listener) => {
        post = (text, also) => {
          const data = { roomId: 'r', authorId: 'other', text, ...also };
          listener({ name: 'message.posted', position: 1, data } as StreamEvent);
        };
        return () => (post = () => {});
      },
      plainTextOf: async (text) => {
        if (text.includes('*')) await parsed;
        return text.replaceAll('*', '');
      },
      announce: (authorId, text) => announced.push(`${authorId}: ${text}`),
    });
  });

  it('come in the order of the messages, even if the first one waits for the parser', async () => {
    post('*one*');
    post('two');
    post('mine', { authorId: 'me' });
    post('elsewhere', { roomId: 'r2' });
    await immediate();
    expect(announced).toEqual([]);
    parse();
    await immediate();
    expect(announced).toEqual(['other: one', 'other: two']);
  });

  it('do not come from a room that the user has left meanwhile', async () => {
    post('*one*');
    post('two');
    stop();
    parse();
    await immediate();
    expect(announced).toEqual([]);
  });
});

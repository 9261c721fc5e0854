import { jest } from '@jest/globals';
import type { Message } from '../../client/src/features/rooms/message.js';
import { savedList } from '../../client/src/features/saved/saved-list.js';
import { Listeners } from '../../client/src/state/listeners.js';
import type { StreamEvent } from '../../client/src/store/events.js';
import { until } from '../support/wait.js';

const message = (id: string, text = id) => ({ id, roomId: 'r', text }) as Message;
const event = (position: number, name: string, data: object) =>
  ({ name, position, data }) as StreamEvent;
const deleted = (position: number, id: string) => event(position, 'message.deleted', { id });
const removed = (position: number, messageId: string) =>
  event(position, 'saved.changed', { roomId: 'r', messageId, seq: 1, saved: false });

const NEXT = '/api/me/saved?limit=50&cursor=x';

describe('the list of saved messages', () => {
  let list: ReturnType<typeof savedList>;
  let events: StreamEvent[];
  let generation: number;
  let requests: { readonly url: string; readonly respond: (response: Response) => void }[];
  const listeners = new Listeners<[StreamEvent]>();
  const snapshots = new Listeners();

  beforeEach(() => {
    events = [];
    generation = 1;
    requests = [];
    jest
      .spyOn(globalThis, 'fetch')
      .mockImplementation(
        (url) => new Promise((respond) => requests.push({ url: url as string, respond })),
      );
    list = savedList({
      onEvent: (listener) => listeners.add(listener),
      onSnapshot: (listener) => snapshots.add(listener),
      eventsAfter: (after) => events.filter(({ position }) => position > after),
      fetch: (_, work) => work(),
      get generation() {
        return generation;
      },
    });
  });
  afterEach(() => jest.restoreAllMocks());

  const receive = (one: StreamEvent) => {
    events.push(one);
    listeners.notify(one);
  };
  const answer = async (position: number, ids: readonly string[], next: string | null = null) => {
    await until(() => requests.length > 0);
    const body = ids.map((id) => ({ savedAt: '', message: message(id) }));
    const headers = {
      'Content-Type': 'application/json',
      'Last-Event-ID': `0a1b2c3d-${position}`,
      ...(next !== null && { Link: `<${next}>; rel="next"` }),
    };
    requests.shift()!.respond(new Response(JSON.stringify(body), { headers }));
  };
  const shows = (texts: readonly string[]) =>
    until(
      () =>
        list
          .view()
          .items?.map(({ text }) => text)
          .join() === texts.join(),
    );
  const opened = async (position: number, ids: readonly string[], next?: string) => {
    list.need();
    await answer(position, ids, next);
    await shows(ids);
  };

  it('is read again each time the page opens, and shown meanwhile', async () => {
    await opened(1, ['a', 'b']);
    list.need();
    expect(requests).toHaveLength(0);
    list.expire();
    list.need();
    expect(list.view().items).toHaveLength(2);
    await answer(2, ['b']);
    await shows(['b']);
  });

  it('is read again once a hidden conversation is shown', async () => {
    await opened(1, ['a']);
    receive(event(2, 'room.joined', { room: { id: 'r' } }));
    list.need();
    await answer(2, ['a', 'b']);
    await shows(['a', 'b']);
  });

  it('has older messages as the events since then left them', async () => {
    await opened(1, ['a'], NEXT);
    const older = list.fetchOlder(NEXT);
    receive(deleted(2, 'b'));
    receive(removed(3, 'c'));
    await answer(1, ['b', 'c', 'd']);
    await older;
    await shows(['a', 'd']);
  });

  it('has no older messages from before a gap', async () => {
    await opened(1, ['a'], NEXT);
    const older = list.fetchOlder(NEXT);
    generation += 1;
    snapshots.notify();
    await answer(1, ['b']);
    await older;
    await until(() => list.view().isStale);
    expect(list.view().items).toHaveLength(1);
  });
});

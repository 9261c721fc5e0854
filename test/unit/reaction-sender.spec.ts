import type { PendingOfMessage } from '../../client/src/features/reactions/pending-reactions.js';
import { ReactionSender } from '../../client/src/features/reactions/reaction-sender.js';
import type { Message } from '../../client/src/features/rooms/message.js';
import { until } from '../support/wait.js';

const ME = 'me';
const message = { id: 'm1', roomId: 'r' } as Message;

interface Request {
  readonly method: string;
  readonly respond: (status: number) => void;
}

describe('a reaction on its way to the server', () => {
  const { fetch } = globalThis;
  let requests: Request[];
  let pending: PendingOfMessage | undefined;
  let sender: ReactionSender;

  beforeEach(() => {
    requests = [];
    pending = undefined;
    Object.assign(globalThis, {
      localStorage: storage(),
      fetch: (_: string, { method }: { method: string }) =>
        new Promise<Response>((resolve) => {
          const respond = (status: number) => resolve(responseOf(status));
          requests.push({ method, respond });
        }),
    });
    sender = new ReactionSender(ME, (all) => (pending = all.get(message.id)));
    sender.open();
  });
  afterEach(() => {
    sender.close();
    globalThis.fetch = fetch;
    Reflect.deleteProperty(globalThis, 'localStorage');
  });

  const set = (isOn: boolean) => sender.set(message, '👍', isOn);
  const receive = (name: 'reaction.added' | 'reaction.removed', userId = ME) =>
    sender.onEvent({
      name,
      position: 1,
      data: { roomId: 'r', messageId: 'm1', seq: 1, emoji: '👍', userId },
    });
  const requested = (methods: readonly string[]) =>
    until(() => requests.map(({ method }) => method).join() === methods.join());
  const states = () => pending?.reactions.map(({ isOn, state }) => `${isOn} ${state}`) ?? [];
  const isIn = (expected: readonly string[]) => until(() => states().join() === expected.join());

  it('is sent after a change of mind, even if the event of the first request arrives late', async () => {
    set(true);
    await requested(['PUT']);
    requests[0]!.respond(204);
    await isIn(['true sent']);
    set(false);
    await requested(['PUT', 'DELETE']);
    set(true);
    receive('reaction.added');
    expect(states()).toEqual(['true waiting']);
    requests[1]!.respond(204);
    await requested(['PUT', 'DELETE', 'PUT']);
    receive('reaction.removed');
    requests[2]!.respond(204);
    await isIn(['true sent']);
    receive('reaction.added');
    expect(states()).toEqual([]);
  });

  it('is sent again if an event arrives but the response does not', async () => {
    set(true);
    await requested(['PUT']);
    receive('reaction.added');
    requests[0]!.respond(503);
    await requested(['PUT', 'PUT']);
    expect(states()).toEqual(['true waiting']);
    requests[1]!.respond(204);
    await isIn([]);
  });

  it('is done with the response if the event was faster', async () => {
    set(true);
    await requested(['PUT']);
    receive('reaction.added');
    requests[0]!.respond(204);
    await isIn([]);
  });

  it('stays if the server refuses an earlier change', async () => {
    set(true);
    await requested(['PUT']);
    set(false);
    requests[0]!.respond(409);
    await requested(['PUT', 'DELETE']);
    expect(pending?.failure).toBeNull();
  });

  it.each([ME, 'other'])(
    'is refused with a reason, until the next reaction to the message by %s',
    async (userId) => {
      set(true);
      await requested(['PUT']);
      requests[0]!.respond(409);
      await until(() => typeof pending?.failure === 'string');
      expect(states()).toEqual([]);
      receive('reaction.added', userId);
      expect(pending?.failure ?? null).toBeNull();
    },
  );
});

const responseOf = (status: number): Response =>
  new Response(status === 204 ? null : '{"title":"Refused"}', {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
  });

/** Has the keys as properties, as `localStorage` does. */
function storage(): object {
  const methods = {
    getItem(this: Record<string, string>, key: string) {
      return this[key] ?? null;
    },
    setItem(this: Record<string, string>, key: string, value: string) {
      this[key] = value;
    },
    removeItem(this: Record<string, string>, key: string) {
      delete this[key];
    },
  };
  return Object.create(methods) as object;
}

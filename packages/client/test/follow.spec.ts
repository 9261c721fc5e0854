import { jest } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { rmSync } from 'node:fs';
import { startApplication, type RunningApplication } from '../../../test/support/application.js';
import { eventually } from '../../../test/support/browser.js';
import { Person } from '../../../test/support/people.js';
import { CarillonProcess } from '../../../test/support/process.js';
import { Relay } from '../../../test/support/relay.js';
import { createUser } from '../../../test/support/requests.js';
import {
  follow,
  type FollowError,
  type Following,
  type FollowOptions,
  HandlerError,
  ProblemError,
  readJson,
  ResetError,
} from '../src/index.js';
import { Impostor, stream } from './support/impostor.js';

interface User {
  readonly id: string;
  readonly firstname: string;
}
interface UserEvents {
  readonly update: User;
  readonly remove: { readonly id: string };
}

interface Watched {
  readonly following: Following<UserEvents>;
  readonly received: string[];
  readonly states: string[];
  readonly errors: FollowError[];
  snapshots: number;
}

const open = new Set<{ close(): void }>();

afterEach(() => {
  for (const following of open) following.close();
  open.clear();
  jest.restoreAllMocks();
});

/** Follows the users, and notes what it receives. */
function watch(url: string, options: Partial<FollowOptions<UserEvents>> = {}): Watched {
  const watched = {
    received: [] as string[],
    states: [] as string[],
    errors: [] as FollowError[],
    snapshots: 0,
  };
  const following = follow<UserEvents>({
    url: `${url}/api/users/event`,
    snapshot: async ({ signal, headers }) => {
      const { cursor } = await readJson(`${url}/api/users`, { signal, headers });
      watched.snapshots++;
      return cursor;
    },
    on: { update: ({ firstname }) => watched.received.push(firstname) },
    onStatus: ({ state }) => watched.states.push(state),
    retry: 50,
    ...options,
    onError: (error) => {
      watched.errors.push(error);
      return options.onError?.(error);
    },
  });
  open.add(following);
  return Object.assign(watched, { following });
}

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const event of events) list.push(event);
  return list;
}

const live = (watched: Watched): Promise<void> =>
  eventually(async () => expect(watched.following.status.state).toBe('live'));

const received = (watched: Watched, names: string[]): Promise<void> =>
  eventually(async () => expect(watched.received).toEqual(names));

describe('a stream that is followed from a server that dies', () => {
  it('delivers each event once and in order, from one snapshot, however often the server is killed', async () => {
    let carillon = await CarillonProcess.start();
    await createUser(carillon.url, 'Before');
    const watched = watch(carillon.url);
    await live(watched);
    const created: string[] = [];
    for (let round = 0; round < 2; round++) {
      for (let count = 0; count < 20; count++) created.push(`${round}-${count}`);
      for (const name of created.slice(-20)) await createUser(carillon.url, name);
      await carillon.kill();
      carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
    }
    await createUser(carillon.url, 'Last');
    await received(watched, [...created, 'Last']);
    expect(watched.snapshots).toBe(1);
    expect(watched.states).toContain('reconnecting');
    watched.following.close();
    await carillon.stop();
    rmSync(carillon.folder, { recursive: true });
  });
});

describe('a stream that is followed', () => {
  let carillon: RunningApplication;

  beforeAll(async () => {
    carillon = await startApplication({ STREAM_HEARTBEAT: '200ms' });
  });
  afterAll(() => carillon.stop());

  it('has a cursor that moves with events and heartbeats, from which another continues', async () => {
    const first = watch(carillon.url);
    await live(first);
    await createUser(carillon.url, 'One');
    await received(first, ['One']);
    const { cursor } = first.following;
    await createUser(carillon.url, 'Two');
    const second = watch(carillon.url, { cursor: cursor! });
    await received(second, ['Two']);
    expect(second.snapshots).toBe(0);
  });

  it('misses nothing without a snapshot, once it is live', async () => {
    const relay = await Relay.start(carillon.port);
    const events: string[] = [];
    const following = follow<UserEvents>({
      url: `http://127.0.0.1:${relay.port}/api/users/event`,
      on: { update: ({ firstname }) => events.push(firstname) },
      retry: 1,
    });
    open.add(following);
    // The opening frame moves the cursor, before any event.
    await eventually(async () => expect(following.cursor).not.toBeNull());
    for (const socket of relay.sockets) socket.destroy();
    await createUser(carillon.url, 'While it was away');
    await eventually(async () => expect(events).toEqual(['While it was away']));
    relay.stop();
  });

  it('reads the snapshot again when a handler throws, and continues from there', async () => {
    const reported = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const seen: string[] = [];
    const watched = watch(carillon.url, {
      on: {
        update: ({ firstname }) => {
          seen.push(firstname);
          if (firstname === 'Unusable') throw new Error('No use');
        },
      },
    });
    await live(watched);
    await createUser(carillon.url, 'Good');
    await createUser(carillon.url, 'Unusable');
    await eventually(async () => expect(watched.snapshots).toBe(2));
    await live(watched);
    await createUser(carillon.url, 'Next');
    await eventually(async () => expect(seen).toEqual(['Good', 'Unusable', 'Next']));
    expect(reported.mock.calls).toEqual([['An event could not be handled', new Error('No use')]]);
  });

  it('delivers an event again that was not handled, if there is no snapshot and onError wants it', async () => {
    const seen: string[] = [];
    const { cursor } = await readJson(`${carillon.url}/api/users`);
    const errors: FollowError[] = [];
    const following = follow<UserEvents>({
      url: `${carillon.url}/api/users/event`,
      cursor,
      on: {
        update: ({ firstname }) => {
          if (seen.push(firstname) === 1) throw new Error('Not yet');
        },
      },
      onError: (error) => {
        errors.push(error);
        return {};
      },
    });
    open.add(following);
    await createUser(carillon.url, 'Twice');
    await eventually(async () => expect(seen).toEqual(['Twice', 'Twice']));
    expect(errors).toEqual([expect.any(HandlerError)]);
    expect(errors[0]).toMatchObject({
      code: 'handler',
      type: 'update',
      cause: new Error('Not yet'),
    });
  });

  it('hands every type to *, with its cursor', async () => {
    const seen: unknown[] = [];
    const watched = watch(carillon.url, {
      on: { '*': (_, { type, cursor, transient }) => seen.push([type, cursor, transient]) },
    });
    await live(watched);
    const { id } = await createUser(carillon.url, 'Short-lived');
    await fetch(`${carillon.url}/api/users/${id}`, { method: 'DELETE' });
    const cursor = expect.stringMatching(/^[\da-f]{8}-\d+$/);
    await eventually(async () =>
      expect(seen).toEqual([
        ['update', cursor, false],
        ['remove', cursor, false],
      ]),
    );
  });

  it('calls nothing after close, nor once its signal is aborted', async () => {
    const abort = new AbortController();
    const closed = watch(carillon.url);
    const aborted = watch(carillon.url, { signal: abort.signal });
    const other = watch(carillon.url);
    for (const each of [closed, aborted, other]) await live(each);
    closed.following.close();
    closed.following.reconnect();
    abort.abort();
    const states = [closed.states.length, aborted.states.length];
    await createUser(carillon.url, 'After');
    await received(other, ['After']);
    expect([...closed.received, ...aborted.received]).toEqual([]);
    expect([closed.states.length, aborted.states.length]).toEqual(states);
    expect(closed.following.status).toEqual({ state: 'closed' });
  });

  it('is closed by `using`', async () => {
    let following: Following<UserEvents>;
    {
      using scoped = watch(carillon.url).following;
      following = scoped;
    }
    expect(following.status.state).toBe('closed');
  });

  it('reports a cursor of another database to onError if there is no snapshot to read', async () => {
    const watched = watch(carillon.url, {
      cursor: '00000000-1',
      snapshot: undefined as never,
      onError: (error) => (error instanceof ResetError ? { cursor: error.cursor! } : undefined),
    });
    await eventually(async () => expect(watched.errors).toHaveLength(1));
    expect(watched.errors[0]).toMatchObject({ code: 'reset', reason: 'unknown' });
    await live(watched);
    await createUser(carillon.url, 'After the reset');
    await received(watched, ['After the reset']);
  });

  it('reopens a stream on which nothing arrives, not even a heartbeat', async () => {
    const relay = await Relay.start(carillon.port);
    const through = `http://127.0.0.1:${relay.port}`;
    const watched = watch(carillon.url, { url: `${through}/api/users/event`, silence: 600 });
    await live(watched);
    // The connection is open, and nothing comes through it.
    for (const socket of relay.sockets) socket.cork();
    await createUser(carillon.url, 'Into the void');
    await received(watched, ['Into the void']);
    expect(watched.snapshots).toBe(1);
    relay.stop();
  });
});

describe('the loop over a stream', () => {
  let carillon: RunningApplication;

  beforeAll(async () => {
    carillon = await startApplication();
  });
  afterAll(() => carillon.stop());

  it('receives every event once and in order, however slow it is, and keeps few of them', async () => {
    const created = Array.from({ length: 60 }, (_, n) => `Event ${n}`);
    const { cursor } = await readJson(`${carillon.url}/api/users`);
    const following = follow<UserEvents>({
      url: `${carillon.url}/api/users/event`,
      cursor,
      buffer: 4,
      retry: 1,
    });
    open.add(following);
    const events = following[Symbol.asyncIterator]();
    for (const name of created) await createUser(carillon.url, name);
    await eventually(async () =>
      expect(following.status).toEqual({ state: 'paused', reason: 'buffer' }),
    );
    const names: string[] = [];
    for await (const event of { [Symbol.asyncIterator]: () => events }) {
      if (event.type === 'update') names.push(event.data.firstname);
      if (names.length === created.length) break;
    }
    expect(names).toEqual(created);
    // Leaving the loop does not close the stream.
    expect(following.status.state).not.toBe('closed');
  });

  it('ends when the stream is closed, and throws when it fails', async () => {
    const closed = watch(carillon.url).following;
    const ended = all(closed);
    closed.close();
    expect(await ended).toEqual([]);
    const failing = follow({ url: `${carillon.url}/api/events`, token: 'wrong' });
    open.add(failing);
    await expect(all(failing)).rejects.toThrow(ProblemError);
  });
});

describe('a stream that needs a token', () => {
  let carillon: RunningApplication;
  let person: Person;

  beforeAll(async () => {
    carillon = await startApplication();
    person = await Person.signUp(carillon.url, 'ada');
  });
  afterAll(() => carillon.stop());

  it('sends it with the snapshot and the stream, and asks for another one after a 401', async () => {
    const tokens = ['expired', person.token];
    const asked: string[] = [];
    const joined: unknown[] = [];
    const following = follow({
      url: `${carillon.url}/api/events`,
      token: () => {
        asked.push(tokens[asked.length]!);
        return asked.at(-1)!;
      },
      snapshot: async ({ signal, headers }) =>
        (await readJson(`${carillon.url}/api/me/rooms`, { signal, headers })).cursor,
      on: { 'room.joined': (data) => joined.push(data) },
    });
    open.add(following);
    await eventually(async () => expect(following.status.state).toBe('live'));
    expect(asked).toEqual(tokens);
    const room = await person.makes('Garden');
    await eventually(async () => expect(joined).toMatchObject([{ room: { id: room.id } }]));
  });

  it('fails with the problem of the server, unless onError has a better token', async () => {
    const options = { url: `${carillon.url}/api/events`, token: 'wrong' };
    const failed = follow(options);
    open.add(failed);
    await eventually(async () => expect(failed.status.state).toBe('failed'));
    expect(failed.status).toMatchObject({
      error: {
        name: 'ProblemError',
        status: 401,
        title: expect.any(String),
        detail: expect.any(String),
      },
    });
    const errors: FollowError[] = [];
    const recovered = follow({
      ...options,
      onError: async (error) => {
        errors.push(error);
        return { token: person.token };
      },
    });
    open.add(recovered);
    await eventually(async () => expect(recovered.status.state).toBe('live'));
    expect(errors).toEqual([expect.any(ProblemError)]);
  });
});

describe('a server that misbehaves', () => {
  let impostor: Impostor;

  afterEach(() => impostor.stop());

  const statusOf = (options: Partial<FollowOptions> = {}): Following => {
    const following = follow({ url: impostor.url, retry: 1, ...options });
    open.add(following);
    return following;
  };

  it('is not asked again before its retry', async () => {
    impostor = await Impostor.start((response) => stream(response).end('retry: 400\nid: a\n\n'));
    statusOf();
    await eventually(async () => expect(impostor.times.length).toBe(3));
    const [first, second, third] = impostor.times as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(399);
    expect(third - second).toBeGreaterThanOrEqual(399);
    expect(impostor.requests[1]!.url).toBe('/events?lastEventId=a');
  });

  it('is asked again after 429 and 5xx, not before Retry-After, and after a page instead of a stream', async () => {
    const answers = [
      (response: ServerResponse) => response.writeHead(503).end(),
      (response: ServerResponse) =>
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>'),
      (response: ServerResponse) => response.writeHead(429, { 'Retry-After': '1' }).end(),
    ];
    impostor = await Impostor.start((response, count) =>
      (answers[count - 1] ?? ((open: ServerResponse) => stream(open).write(':\n\n')))(response),
    );
    const reasons: unknown[] = [];
    const following = statusOf({
      onStatus: (status) => status.state === 'reconnecting' && reasons.push(status.error?.code),
    });
    await eventually(async () => expect(following.status.state).toBe('live'));
    expect(reasons).toEqual(['http-503', 'not-an-event-stream', 'http-429']);
    expect(impostor.times[3]! - impostor.times[2]!).toBeGreaterThanOrEqual(999);
  });

  it('that cuts each stream is asked more slowly, with an error that says what to check', async () => {
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    impostor = await Impostor.start((response) => {
      stream(response).write('retry: 1\n\n');
      setTimeout(() => response.destroy(), 1);
    });
    const following = statusOf();
    await eventually(async () =>
      expect(following.status).toMatchObject({
        state: 'reconnecting',
        error: { code: 'fast-loop' },
      }),
    );
    expect(impostor.requests).toHaveLength(5);
    const { retryAt } = following.status as { retryAt: number };
    expect(retryAt - Date.now()).toBeGreaterThan(10_000);
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/proxy.*CORS.*same session/s)]]);
  });

  it('has an event delivered that it splits at every byte, and none that it cuts off', async () => {
    const text = 'id: 1\nevent: öffnen\ndata: {"text":"⏰ größer"}\n\nevent: öffnen\ndata: {"cut';
    impostor = await Impostor.start((response, count) => {
      stream(response);
      if (count > 1) return;
      for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
      response.end();
    });
    const events: unknown[] = [];
    const following = statusOf({ on: { '*': (data, { type }) => events.push([type, data]) } });
    await eventually(async () => expect(impostor.requests).toHaveLength(2));
    expect(events).toEqual([['öffnen', { text: '⏰ größer' }]]);
    expect(following.cursor).toBe('1');
  });
});

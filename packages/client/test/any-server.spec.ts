import type { IncomingMessage } from 'node:http';
import { eventually } from '../../../test/support/browser.js';
import { follow, type Following, type FollowOptions, type FollowStatus } from '../src/index.js';
import { Impostor, stream } from './support/impostor.js';

let server: Impostor;
const open = new Set<Following>();

afterEach(() => {
  for (const following of open) following.close();
  open.clear();
  server.stop();
});

const followed = (options: Partial<FollowOptions> = {}): Following => {
  const following = follow({ url: server.url, retry: 1, ...options });
  open.add(following);
  return following;
};

const jwt = (lifetime: number, name: string): string => {
  const claims = JSON.stringify({ exp: Date.now() / 1_000 + lifetime, name });
  return ['{"alg":"none"}', claims, '']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
};

const bearers = (requests: readonly IncomingMessage[]): (string | undefined)[] =>
  requests.map(({ headers }) => headers.authorization?.slice('Bearer '.length));

describe('the token of a live stream', () => {
  it('is replaced before it expires, and the stream continues at its cursor with the next one', async () => {
    server = await Impostor.start((response, count) =>
      stream(response).write(`event: x\nid: ${count}\ndata: ${count}\n\n`),
    );
    // Half of a short life: the first token is replaced after 0.5 s, the second one lasts.
    const tokens = [jwt(1, 'first'), jwt(3_600, 'second')];
    const asked: string[] = [];
    const events: unknown[] = [];
    followed({
      token: () => {
        asked.push(tokens[asked.length]!);
        return asked.at(-1)!;
      },
      on: { x: (data) => events.push(data) },
    });
    await eventually(async () => expect(events).toEqual([1, 2]));
    expect(bearers(server.requests)).toEqual(tokens);
    expect(server.requests[1]!.url).toBe('/events?lastEventId=1');
    expect(asked).toEqual(tokens);
  });

  it('is replaced after the server ends the stream and answers 401', async () => {
    server = await Impostor.start((response, count) => {
      if (count === 1) return void stream(response).end('event: x\nid: 1\ndata: 1\n\n');
      if (count === 2) return void response.writeHead(401).end();
      stream(response).write('event: x\nid: 2\ndata: 2\n\n');
    });
    const tokens = ['first', 'second'];
    let asked = 0;
    const events: unknown[] = [];
    followed({ token: () => tokens[asked++]!, on: { x: (data) => events.push(data) } });
    await eventually(async () => expect(events).toEqual([1, 2]));
    expect(bearers(server.requests)).toEqual(['first', 'first', 'second']);
  });

  it('is replaced again where the server restarts, with another key, before it could deliver', async () => {
    server = await Impostor.start((response, count) => {
      if (count === 1) return void stream(response).end('event: x\nid: 1\ndata: 1\n\n');
      if (count === 2 || count === 4) return void response.writeHead(401).end();
      if (count === 3) return void response.destroy();
      stream(response).write('event: x\nid: 2\ndata: 2\n\n');
    });
    const tokens = ['first', 'second', 'third'];
    let asked = 0;
    const events: unknown[] = [];
    followed({ token: () => tokens[asked++]!, on: { x: (data) => events.push(data) } });
    await eventually(async () => expect(events).toEqual([1, 2]));
    expect(bearers(server.requests)).toEqual(['first', 'first', 'second', 'second', 'third']);
  });

  it('is never sent again after a 401, when onError tries the same again', async () => {
    server = await Impostor.start((response, count) => {
      if (count < 4) return void response.writeHead(401).end();
      stream(response).write('event: x\nid: 1\ndata: 1\n\n');
    });
    const tokens = ['first', 'second', 'third', 'fourth'];
    let asked = 0;
    const events: unknown[] = [];
    followed({
      token: () => tokens[asked++]!,
      on: { x: (data) => events.push(data) },
      onError: () => ({}),
    });
    await eventually(async () => expect(events).toEqual([1]));
    expect(bearers(server.requests)).toEqual(tokens);
  });

  it('fails after a second 401 at once, and not in a loop', async () => {
    server = await Impostor.start((response) => void response.writeHead(401).end());
    let asked = 0;
    const following = followed({ token: () => String(++asked) });
    await eventually(async () => expect(following.status.state).toBe('failed'));
    expect(bearers(server.requests)).toEqual(['1', '2']);
  });
});

describe('an error of a NestJS application', () => {
  it.each([
    [
      '{"message":"Cannot GET /events","error":"Not Found","statusCode":404}',
      'Not Found: Cannot GET /events',
    ],
    [
      '{"message":["a is wrong","b is missing"],"statusCode":404}',
      'HTTP status 404: a is wrong; b is missing',
    ],
    ['[null]', 'HTTP status 404: The server answered with status 404.'],
    ['null', 'HTTP status 404: The server answered with status 404.'],
    ['<p>', 'HTTP status 404: The server answered with status 404.'],
  ])('%s is shown as "%s"', async (body, message) => {
    server = await Impostor.start((response) =>
      response.writeHead(404, { 'Content-Type': 'application/json; charset=utf-8' }).end(body),
    );
    const following = followed();
    await eventually(async () =>
      expect(following.status).toMatchObject({
        state: 'failed',
        error: { code: 'http-404', message },
      }),
    );
  });
});

describe('onError', () => {
  it('recovers with other headers, at the same cursor', async () => {
    server = await Impostor.start((response, count, { headers }) => {
      if (count === 1) return void stream(response).end('event: x\nid: 1\ndata: 1\n\n');
      if (headers['x-key'] === 'old') return void response.writeHead(403).end();
      stream(response).write('event: x\nid: 2\ndata: 2\n\n');
    });
    const events: unknown[] = [];
    const codes: string[] = [];
    followed({
      headers: { 'X-Key': 'old' },
      on: { x: (data) => events.push(data) },
      onError: ({ code }) => {
        codes.push(code);
        return { headers: { 'X-Key': 'new' } };
      },
    });
    await eventually(async () => expect(events).toEqual([1, 2]));
    expect(codes).toEqual(['http-403']);
    expect(server.requests.map(({ headers }) => headers['x-key'])).toEqual(['old', 'old', 'new']);
    expect(server.requests[2]!.url).toBe('/events?lastEventId=1');
  });
});

describe('a loop that is slower than the stream', () => {
  it('stops reading, so that the server waits, and then receives every event once', async () => {
    const TOTAL = 2_000;
    const padding = 'x'.repeat(10_000);
    let written = 0;
    server = await Impostor.start((response) => {
      stream(response);
      const write = (): void => {
        while (written < TOTAL)
          if (!response.write(`event: x\nid: ${++written}\ndata: [${written},"${padding}"]\n\n`))
            return void response.once('drain', write);
      };
      write();
    });
    const following = followed({ buffer: 8 });
    const paused: FollowStatus = { state: 'paused', reason: 'buffer' };
    const loop = following[Symbol.asyncIterator]();
    await eventually(async () => expect(following.status).toEqual(paused));
    const numbers: number[] = [];
    for await (const { data } of { [Symbol.asyncIterator]: () => loop }) {
      numbers.push((data as [number])[0]);
      // The sockets' buffers hold some megabytes; the queue holds 8 events.
      if (numbers.length === 1) expect(written).toBeLessThan(TOTAL);
      if (numbers.length === TOTAL) break;
    }
    expect(numbers).toEqual(Array.from({ length: TOTAL }, (_, index) => index + 1));
    expect(server.requests).toHaveLength(1);
  });
});

describe('a server that is not Carillon', () => {
  it('may end lines with CR LF or CR, send comments, and number its events as it likes', async () => {
    server = await Impostor.start((response) =>
      stream(response).write(
        '\uFEFF: welcome\r\n\r\nretry: 5\r\n\r\nid: seven\r\nevent: x\r\ndata: {"a":\r\ndata: 1}\r\n\r\n' +
          ': keepalive\n\nevent: x\rid: order/8\rdata: 2\r\r',
      ),
    );
    const events: unknown[] = [];
    const following = followed({
      on: { x: (data, { cursor, transient }) => events.push([data, cursor, transient]) },
    });
    await eventually(async () =>
      expect(events).toEqual([
        [{ a: 1 }, 'seven', false],
        [2, 'order/8', false],
      ]),
    );
    expect(following.cursor).toBe('order/8');
  });

  it('whose events have no id, or an empty one, delivers them as transient, and continues at the present', async () => {
    server = await Impostor.start((response, count) => {
      stream(response).write(count === 1 ? 'id:\ndata: 1\n\n' : 'data: 2\n\n');
      if (count === 1) response.end();
    });
    const events: unknown[] = [];
    const following = followed({
      on: { message: (data, { cursor, transient }) => events.push([data, cursor, transient]) },
    });
    await eventually(async () =>
      expect(events).toEqual([
        [1, null, true],
        [2, null, true],
      ]),
    );
    expect(following.cursor).toBeNull();
    expect(server.requests[1]!.url).toBe('/events');
  });
});

import { Streams } from '@carillon/nestjs';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type RunningApplication, startApplication } from './support/application.js';
import { rmSync } from 'node:fs';
import { subscribe } from './support/raw-subscriber.js';
import { CarillonProcess } from './support/process.js';
import { streamMaximum } from '../packages/nestjs/src/stream/descriptors.js';
import { until } from './support/wait.js';

/** All that comes until the server closes; the client itself never does. */
async function untilClosed(port: number, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.write(bytes);
  await once(socket, 'end');
  socket.destroy();
  return answer;
}

/** Writes to the end before it reads, as a proxy may: what is lost when the connection is reset is lost here, too. */
async function writeAllThenRead(port: number, parts: readonly string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let failure: Error | undefined;
  socket.on('error', (error) => (failure = error));
  socket.pause();
  await once(socket, 'connect');
  for (const part of parts) await written(socket, part);
  if (failure) throw failure;
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString())).resume();
  await once(socket, 'close');
  if (failure) throw failure;
  return answer;
}

/** In a later turn of the event loop, so that the server has seen what came before. */
const written = (socket: Socket, part: string): Promise<void> =>
  new Promise((resolve) => socket.write(part, () => setTimeout(resolve, 2)));

const HEAD = 'Host: localhost\r\nContent-Type: application/json\r\n';
const MANY = Array.from({ length: 40 }, () => 'x'.repeat(64 * 1024));

describe('a connection', () => {
  let application: RunningApplication;
  let full: RunningApplication;

  beforeAll(async () => {
    application = await startApplication();
    full = await startApplication();
    full.app.get(Streams, { strict: false }).close();
  });
  afterAll(async () => {
    await application.stop();
    await full.stop();
  });

  it.each([
    ['a list', 'GET /api/users HTTP/1.1', 200],
    ['HEAD of a list', 'HEAD /api/users HTTP/1.1', 200],
    ['HEAD of a stream', 'HEAD /api/users/event HTTP/1.1', 200],
    ['the closing frame of a stream', 'GET /api/users/event HTTP/1.1', 200],
    ['the closing frame of a stream over HTTP/1.0', 'GET /api/events HTTP/1.0', 200],
    ['a page', 'GET / HTTP/1.1', 200],
    ['OPTIONS', 'OPTIONS /api/users HTTP/1.1', 204],
    ['what is not there', 'GET /nothing HTTP/1.1', 404],
    ['what is refused', 'POST /api/rooms HTTP/1.1', 401],
    ['a page of another origin', 'POST /api/users HTTP/1.1\r\nOrigin: http://evil.test', 403],
    ['an expectation', 'GET / HTTP/1.1\r\nExpect: more', 417],
  ])('is closed after %s if the client asks for that', async (_, line, status) => {
    const answer = await untilClosed(
      full.port,
      `${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/^Connection: close\r$/im);
    expect(answer).not.toMatch(/keep-alive/i);
  });

  it('stays open longer than idle connections of proxies', async () => {
    const answer = await fetch(`${application.url}/api/users`);
    expect(Number(/timeout=(\d+)/.exec(answer.headers.get('keep-alive')!)![1])).toBeGreaterThan(60);
  });

  it.each([
    ['413', `POST /api/users HTTP/1.1\r\n${HEAD}Content-Length: ${MANY.length * 65_536}\r\n\r\n`],
    [
      '415',
      `POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${MANY.length * 65_536}\r\n\r\n`,
    ],
    [
      '403',
      `POST /api/users HTTP/1.1\r\n${HEAD}Origin: http://a.test\r\nContent-Length: ${MANY.length * 65_536}\r\n\r\n`,
    ],
    [
      '417',
      `POST /api/users HTTP/1.1\r\n${HEAD}Expect: more\r\nContent-Length: ${MANY.length * 65_536}\r\n\r\n`,
    ],
    ['431', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`],
    ['400', 'NONSENSE\r\n\r\n'],
  ])(
    'delivers the complete response %s to a client that keeps sending the refused body',
    async (status, head) => {
      const answer = await writeAllThenRead(application.port, [head, ...MANY]);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      const [headers, body] = answer.split('\r\n\r\n');
      expect(headers).toMatch(/\r\nConnection: close/i);
      expect(body).toHaveLength(Number(/content-length: (\d+)/i.exec(headers!)![1]));
    },
  );

  it('is closed even if its client never ends the refused body', async () => {
    const answer = await untilClosed(
      application.port,
      `POST /api/users HTTP/1.1\r\n${HEAD}Content-Length: 99999999\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('accepts no further request after a refused body', async () => {
    const body = '{"firstname":"Behind","lastname":"it"}';
    await writeAllThenRead(application.port, [
      `POST /api/users HTTP/1.1\r\n${HEAD}Content-Length: 110000\r\n\r\n`,
      'x'.repeat(110_000),
      `POST /api/users HTTP/1.1\r\n${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`,
    ]);
    expect(await (await fetch(`${application.url}/api/users`)).json()).toEqual([]);
  });
});

describe('a process with a low limit on open files', () => {
  it('refuses streams with a closing frame before it reaches the limit, and keeps serving requests', async () => {
    const carillon = await CarillonProcess.start({ OPEN_FILES: '150' });
    await carillon.says('only 50 streams can be open');
    const streams = [];
    // A tenth is kept for signed-in users.
    for (let n = 0; n < 45; n++) streams.push(await subscribe(carillon.port, '/api/users/event'));
    for (let n = 0; n < 10; n++) {
      const refused = await subscribe(carillon.port, '/api/users/event');
      await refused.until(({ ended }) => ended);
      expect([refused.status, refused.head]).toEqual([
        200,
        expect.stringMatching(/^Connection: close/im),
      ]);
    }
    expect((await fetch(`${carillon.url}/health/ready`)).status).toBe(200);
    expect(streams.filter(({ ended }) => ended)).toHaveLength(0);
    await Promise.all(streams.map((stream) => stream.close()));
    await carillon.stop();
    rmSync(carillon.folder, { recursive: true });
  });

  it('keeps half of its connections for other clients than the one that opens them all', async () => {
    const carillon = await CarillonProcess.start({ OPEN_FILES: '150' });
    const closed = new Set<Socket>();
    const silent = Array.from({ length: 120 }, () => {
      const socket = connect(carillon.port, '127.0.0.1').on('error', () => undefined);
      return socket.once('close', () => closed.add(socket));
    });
    await until(() => closed.size >= 70, 5);
    const [response] = (await once(
      get({
        port: carillon.port,
        path: '/health/ready',
        host: '127.0.0.1',
        localAddress: '127.0.0.2',
      }),
      'response',
    )) as [IncomingMessage];
    expect([response.statusCode, closed.size]).toEqual([200, 70]);
    for (const socket of silent) socket.destroy();
    await until(
      async () => (await fetch(`${carillon.url}/health/ready`).catch(() => undefined))?.ok === true,
      5,
    );
    await carillon.stop();
    rmSync(carillon.folder, { recursive: true });
  });

  it.each([
    [100_000, 1_048_576, 100_000],
    [100_000, 65_536, 64_536],
    [100_000, 1024, 768],
    [500, 1024, 500],
    [500, 150, 50],
    [100_000, Infinity, 100_000],
  ])('with STREAM_MAX=%i and %d files allows %i streams', (wanted, descriptors, maximum) => {
    expect(streamMaximum(wanted, descriptors)).toBe(maximum);
  });
});

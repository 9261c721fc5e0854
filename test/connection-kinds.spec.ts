import { Streams } from '@carillon/nestjs';
import { jest } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningApplication, startApplication } from './support/application.js';
import { CONNECTIONS } from './support/connections.js';
import { temporaryFolder } from './support/files.js';
import { createUser } from './support/requests.js';

/** The head of a response, and its body without the chunked coding. */
function unchunk(bytes: string): string {
  const start = bytes.indexOf('\r\n\r\n') + 4;
  const isChunked = /^transfer-encoding: chunked\r$/im.test(bytes.slice(0, start));
  const body = bytes.slice(start);
  return bytes.slice(0, start) + (isChunked ? body.replaceAll(/[\da-f]+\r\n|\r\n/g, '') : body);
}

/** What one request brings, without what differs between any two requests. */
async function receive(port: number, request: string, end: RegExp): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let bytes = '';
  socket.on('data', (text: string) => (bytes += text));
  socket.write(request);
  const signal = AbortSignal.timeout(5000);
  while (!end.test(bytes)) await once(socket, 'data', { signal });
  socket.destroy();
  return unchunk(bytes)
    .replace(/^Date: .*\r\n/m, '')
    .replace(/^X-Request-Id: .*\r\n/im, '')
    .replaceAll(/^retry: \d+$/gm, 'retry: 0');
}

describe('a stream written to the socket and one written to the response', () => {
  const folder = temporaryFolder();
  const nodes: RunningApplication[] = [];
  const finished: boolean[] = [];

  beforeAll(async () => {
    for (const { settings } of CONNECTIONS) {
      const DATABASE_URL = `sqlite:${join(folder, 'carillon.db')}`;
      const node = await startApplication({ DATABASE_URL, ...settings });
      nodes.push(node);
    }
    for (const n of [1, 2, 3]) await createUser(nodes[0]!.url, `Ada ${n}`, 'Ç𠮷');
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['HTTP/1.1', 'HTTP/1.1\r\nHost: x'],
    ['HTTP/1.1 with a last request', 'HTTP/1.1\r\nHost: x\r\nConnection: close'],
    ['HTTP/1.0', 'HTTP/1.0'],
  ])('send the same bytes over %s', async (_, version) => {
    const request = `GET /api/events?lastEventId=earliest ${version}\r\n\r\n`;
    const [one, other] = await Promise.all(
      nodes.map(({ port }) => receive(port, request, /id: [\da-f]+-3\n\n/)),
    );
    expect(one).toContain('event: user.created');
    expect(other).toBe(one);
  });

  it('end with the same bytes, and close the connection', async () => {
    // The delays have the same number of digits, so the chunks have the same length.
    const random = jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const ends = await Promise.all(
      nodes.map(async ({ app, port }) => {
        const socket = connect(port, '127.0.0.1').setEncoding('utf8');
        let bytes = '';
        socket.on('data', (text: string) => (bytes += text));
        app
          .getHttpServer()
          .once('request', (_: IncomingMessage, response: ServerResponse) =>
            once(socket, 'data').then(() => finished.push(response.writableFinished)),
          );
        socket.write('GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n');
        await once(socket, 'data');
        await new Promise(setImmediate);
        app.get(Streams, { strict: false }).close();
        await once(socket, 'close');
        return bytes.slice(bytes.indexOf('\r\n\r\n'));
      }),
    );
    random.mockRestore();
    expect(ends[0]).toMatch(/retry: 1500\n\n\r\n0\r\n\r\n$/);
    expect(ends[1]).toBe(ends[0]);
    // Only the response that is written to is still open while its stream is.
    expect(finished.toSorted()).toEqual([false, true]);
  });
});

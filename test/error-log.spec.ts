import { Streams } from '@carillon/nestjs';
import type { LoggerService } from '@nestjs/common';
import { type RunningApplication, startApplication } from './support/application.js';
import { COMPATIBLE } from './support/hub.js';
import { addKey } from './support/keys.js';
import { Person, send } from './support/people.js';
import { createUser } from './support/requests.js';
import { until } from './support/wait.js';

const STREAM = { Accept: 'text/event-stream' };
const PAGE = { Accept: 'application/json' };
const HUB = '/.well-known/mercure';
const PUBLIC = { topic: 'stock/1', type: 'stock.changed', data: {}, private: false };

/** A request, and the status of its response. */
type Row = readonly [string, status: number, headers?: Record<string, string>];

const READS: readonly Row[] = [
  ['GET /api/users', 200],
  ['GET /api/users', 200, { 'Accept-Encoding': 'gzip' }],
  ['HEAD /api/users', 200],
  ['GET /api/users?limit=x', 400],
  ['GET /api/rooms', 401],
  ['GET /api/nothing', 404],
  ['GET /api/openapi.json', 200],
  ['GET /health/ready', 200],
];

const PAGES: readonly Row[] = [
  ['GET /api/events', 200, PAGE],
  ['HEAD /api/events', 200, PAGE],
  ['GET /api/events?topic=stock/1', 200, PAGE],
  ['GET /api/events?topic=stock/1&lastEventId=earliest', 200, PAGE],
  ['GET /api/events?lastEventId=earliest', 200, { ...PAGE, 'Accept-Encoding': 'gzip' }],
  ['GET /api/events?lastEventId=unknown', 200, PAGE],
  ['GET /api/events?topic=quiet/1&wait=1', 200, PAGE],
  ['GET /api/events?topic=rooms', 404, PAGE],
  ['GET /api/events?limit=0', 400, PAGE],
];

const STREAMS: readonly Row[] = [
  ['GET /api/users/event', 200, STREAM],
  ['HEAD /api/users/event', 200, STREAM],
  ['GET /api/users/event', 406, { Accept: 'text/html' }],
  ['GET /api/events', 200, STREAM],
  ['HEAD /api/events?lastEventId=earliest', 200, STREAM],
  ['GET /api/events?topic=stock/1&lastEventId=earliest', 200, STREAM],
  ['GET /api/events?lastEventId=unknown', 200, STREAM],
  ['GET /api/events?topic=rooms', 404, STREAM],
  ['GET /api/events?limit=1', 400, STREAM],
  [`GET ${HUB}?match=stock/1`, 200, STREAM],
  [`GET ${HUB}?match=stock/1&lastEventID=earliest`, 200, STREAM],
  [`HEAD ${HUB}?match=stock/1`, 200, STREAM],
  [`GET ${HUB}`, 400, STREAM],
];

/** Of a caller who has as many streams as they may have. */
const REFUSED: readonly Row[] = [
  ['GET /api/events', 200, STREAM],
  ['GET /api/events?lastEventId=earliest', 200, STREAM],
  ['GET /api/users/event', 200, STREAM],
  ['HEAD /api/events', 200, STREAM],
  ['GET /api/events?wait=1', 503, PAGE],
];

describe.each([
  ['write to their sockets', {}],
  ['write to their responses', { STREAM_DIRECT: 'false' }],
])('while streams %s, no error is logged', (_name, environment) => {
  let application: RunningApplication;
  let ada: Person;
  const logged: unknown[] = [];
  const keep = (...line: unknown[]): void => void logged.push(line);
  const logger: LoggerService = { log: () => undefined, warn: keep, error: keep, fatal: keep };

  beforeAll(async () => {
    const settings = { ...COMPATIBLE, ...environment, STREAM_MAX_PER_USER: '1' };
    application = await startApplication(settings);
    application.app.useLogger(logger);
    const { bearer } = await addKey(application, { publish: ['*'] });
    await createUser(application.url, 'Grace');
    await send(application.url, 'POST', '/api/events', PUBLIC, bearer);
    ada = await Person.signUp(application.url, 'ada');
  });
  afterAll(() => application.stop());
  afterEach(() => void logged.splice(0));

  const pending = ([request, , headers = {}]: Row, signal: AbortSignal) => {
    const [method, path] = request.split(' ') as [string, string];
    return fetch(application.url + path, { method, headers, signal });
  };

  /** A response is read to its end, unless it stays open. */
  async function expectNoError(row: Row): Promise<void> {
    const leaving = new AbortController();
    const response = await pending(row, leaving.signal);
    expect(response.status).toBe(row[1]);
    const isStream = response.headers.get('Content-Type') === 'text/event-stream';
    if (isStream) await response.body?.getReader().read();
    else await response.arrayBuffer();
    leaving.abort();
    // Whatever follows a response is logged before the next one.
    await fetch(`${application.url}/health/live`);
    expect(logged).toEqual([]);
  }

  it.each([...READS, ...PAGES, ...STREAMS].map((row) => [row[0], row[1], row] as const))(
    'for %s, which is answered with %i',
    (_request, _status, row) => expectNoError(row),
  );

  it('for a page whose client leaves while it waits', async () => {
    const leaving = new AbortController();
    const headers = { ...PAGE, ...ada.bearer };
    const streams = application.app.get(Streams, { strict: false });
    await until(() => streams.size === 0);
    const page = pending(['GET /api/events?wait=30', 200, headers], leaving.signal);
    await until(() => streams.size === 1);
    leaving.abort();
    await expect(page).rejects.toThrow('aborted');
    await until(() => streams.size === 0);
    expect(logged).toEqual([]);
  });

  it('for streams and pages that find no place', async () => {
    const stream = await ada.listens('/api/events');
    for (const [request, status, headers] of REFUSED)
      await expectNoError([request, status, { ...headers, ...ada.bearer }]);
    await stream.close();
  });
});

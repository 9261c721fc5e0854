import { StartupError, Streams, UnitOfWork } from '@carillon/nestjs';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '../src/config.js';
import { serveMetrics } from '../src/metrics/metrics-server.js';
import { Metrics } from '../src/metrics/metrics.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { addKey } from './support/keys.js';
import { OpenMetrics } from './support/open-metrics.js';
import { Person } from './support/people.js';
import { freePort } from './support/ports.js';
import { rawExchange } from './support/raw-exchange.js';
import { type RawSubscriber, subscribe } from './support/raw-subscriber.js';
import { createUser, post, problemCode } from './support/requests.js';
import { until } from './support/wait.js';

const TOKEN = 'a-token-that-nobody-guesses';

describe('metrics', () => {
  it('do not exist unless they are turned on', async () => {
    const application = await startApplication();
    const response = await fetch(`${application.url}/metrics`);
    expect(response.status).toBe(404);
    await application.stop();
  });

  it('exist on the main port only with a token', async () => {
    const application = await startApplication({ METRICS_PORT: '9464' });
    expect((await fetch(`${application.url}/metrics`)).status).toBe(404);
    await application.stop();
  });

  it.each(['short', 'a token with spaces', ''.padEnd(20, '"')])(
    'refuse the token %s, and do not show it',
    (METRICS_TOKEN) => {
      const line = () => readConfig({ METRICS_TOKEN });
      expect(line).toThrow(StartupError);
      expect(line).toThrow(/^METRICS_TOKEN is "…": it must have at least 16 letters/);
    },
  );
});

describe('metrics of an application', () => {
  let application: RunningApplication;
  const open: RawSubscriber[] = [];

  const read = async () =>
    new OpenMetrics(await application.app.get(Metrics, { strict: false }).text());
  const ask = (authorization?: string) =>
    fetch(`${application.url}/metrics`, {
      headers: authorization ? { Authorization: authorization } : {},
    });
  const follow = async (path: string, headers = {}) => {
    const stream = await subscribe(application.port, path, { headers });
    open.push(stream);
    return stream;
  };
  /** By how much a series grows. */
  const growth = async (
    work: () => Promise<unknown>,
    name: string,
    labels: Record<string, string> = {},
  ) => {
    const before = (await read()).sum(name, labels);
    await work();
    return (await read()).sum(name, labels) - before;
  };
  /** Waits until a series has grown. */
  const grows = async (work: () => Promise<unknown>, name: string, labels = {}) => {
    const before = (await read()).sum(name, labels);
    await work();
    await until(async () => (await read()).sum(name, labels) > before);
  };

  beforeAll(async () => {
    application = await startApplication({
      METRICS_TOKEN: TOKEN,
      SIGN_IN_ATTEMPTS: '0',
      PUBLISH_PER_MINUTE: '1',
      STREAM_ANONYMOUS_REPLAY: '1',
      STREAM_MAX_PER_USER: '1',
    });
  });
  afterEach(() => Promise.all(open.splice(0).map((stream) => stream.close())));
  afterAll(() => application.stop());

  describe('on the main port', () => {
    it('answer 200 to the token, as OpenMetrics', async () => {
      const response = await ask(`Bearer ${TOKEN}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toBe(
        'application/openmetrics-text; version=1.0.0; charset=utf-8',
      );
      expect(response.headers.get('Cache-Control')).toMatch(/^no-store/);
      expect(new OpenMetrics(await response.text()).families.size).toBeGreaterThan(40);
    });

    it.each([
      ['no token', undefined],
      ['another token', `Bearer ${TOKEN.replace('a', 'b')}`],
      ['a longer token', `Bearer ${TOKEN}x`],
      ['an empty token', 'Bearer '],
      ['another scheme', `Basic ${TOKEN}`],
    ])('answer 401 to %s', async (_, authorization) => {
      const response = await ask(authorization);
      expect(response.status).toBe(401);
      expect(await problemCode(response)).toBe('unauthenticated');
    });
  });

  describe('on a port of their own', () => {
    let server: Server;
    let url: string;

    const serve = async (settings: Record<string, string>) => {
      const config = readConfig({ METRICS_PORT: String(await freePort()), ...settings });
      server = (await serveMetrics(config, () =>
        application.app.get(Metrics, { strict: false }).text(),
      ))!;
      const { address, port } = server.address() as AddressInfo;
      url = `http://${address}:${port}`;
      return address;
    };
    afterEach(() => server.close());

    it('listen on loopback by default, and serve nothing else', async () => {
      expect(await serve({})).toBe('127.0.0.1');
      const response = await fetch(`${url}/metrics?any=thing`);
      expect(response.status).toBe(200);
      expect(new OpenMetrics(await response.text()).sum('carillon_processes')).toBe(1);
      const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
      expect((await fetch(`${url}/api/users`)).status).toBe(404);
    });

    it('require the token if there is one', async () => {
      await serve({ METRICS_TOKEN: TOKEN, METRICS_HOST: 'localhost' });
      expect((await fetch(`${url}/metrics`)).status).toBe(401);
      const headers = { Authorization: `Bearer ${TOKEN}` };
      expect((await fetch(`${url}/metrics`, { headers })).status).toBe(200);
    });

    it('prevent the start if the port is in use', async () => {
      await serve({});
      const { port } = server.address() as AddressInfo;
      const refused = serveMetrics(readConfig({ METRICS_PORT: String(port) }), async () => '');
      await expect(refused).rejects.toThrow(/^METRICS_PORT is "\d+" and .* in use/);
    });
  });

  it('count requests by the pattern of their route, and never show a path', async () => {
    const { id } = await createUser(application.url, 'Ada');
    const path = { method: 'GET', route: '/api/users/:id', status: '200' };
    const requests = 'carillon_http_requests_total';
    expect(await growth(() => fetch(`${application.url}/api/users/${id}`), requests, path)).toBe(1);
    const missing = { route: '(none)', status: '404' };
    const secret = `/${randomUUID()}`;
    expect(await growth(() => fetch(application.url + secret), requests, missing)).toBe(1);
    const stream = { route: '/api/users/event', status: '200' };
    const openTwice = async () => {
      for (let n = 0; n < 2; n++)
        await (await subscribe(application.port, '/api/users/event')).close();
    };
    expect(await growth(openTwice, requests, stream)).toBe(2);
    const notAllowed = { route: '(none)', method: 'DELETE', status: '405' };
    const remove = () => fetch(`${application.url}/api/users`, { method: 'DELETE' });
    expect(await growth(remove, requests, notAllowed)).toBe(1);
    const purge = () =>
      rawExchange(application.port, 'PURGE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await grows(purge, requests, { method: 'other' });
    const misdirected = { status: '421', route: '(none)' };
    const ask = () =>
      rawExchange(
        application.port,
        'GET / HTTP/1.1\r\nHost: x.test\r\nCookie: a=b\r\nConnection: close\r\n\r\n',
      );
    expect(await growth(ask, requests, misdirected)).toBe(1);
    const unreadable = { method: 'other', status: '400' };
    expect(
      await growth(() => rawExchange(application.port, 'nonsense\r\n\r\n'), requests, unreadable),
    ).toBe(1);
    const { text } = await read();
    expect(text).not.toContain(id);
    expect(text).not.toContain(secret);
    expect(text).not.toContain('PURGE');
  });

  it('count a request whose client left before the response', async () => {
    const abort = new AbortController();
    const { app } = application;
    await grows(
      async () => {
        const headers = { Accept: 'application/json' };
        const { signal } = abort;
        const page = fetch(`${application.url}/api/events?wait=20&topic=users`, {
          headers,
          signal,
        });
        await until(() => app.get(Streams, { strict: false }).size === 1);
        expect((await read()).sum('carillon_http_requests_in_flight')).toBe(1);
        abort.abort();
        await page.catch(() => undefined);
      },
      'carillon_http_requests_total',
      { route: '/api/events', status: 'aborted' },
    );
  });

  it('count problems by their code, and exceeded limits by their setting', async () => {
    const key = await addKey(application, { publish: ['orders'] });
    const publish = () =>
      post(
        `${application.url}/api/events`,
        { topic: 'orders', type: 'placed', data: {} },
        key.bearer,
      );
    expect((await publish()).status).toBe(201);
    const limit = { limit: 'PUBLISH_PER_MINUTE' };
    expect(await growth(publish, 'carillon_limits_exceeded_total', limit)).toBe(1);
    const code = { code: 'too-many-requests' };
    expect(await growth(publish, 'carillon_http_problems_total', code)).toBe(1);
  });

  it('count streams that open, close, get a reset and are refused', async () => {
    const opened = () => follow('/api/users/event');
    expect(await growth(opened, 'carillon_streams_opened_total')).toBe(1);
    expect((await read()).sum('carillon_streams_open')).toBe(1);
    const close = () => open[0]!.close();
    await grows(close, 'carillon_streams_closed_total', { reason: 'client' });
    const reset = () => follow('/api/users/event?lastEventId=00000000-1');
    expect(await growth(reset, 'carillon_stream_resets_total', { reason: 'unknown' })).toBe(1);
    const ada = await Person.signUp(application.url, 'ada');
    await follow('/api/events', ada.bearer);
    const refused = () => follow('/api/events', ada.bearer);
    expect(await growth(refused, 'carillon_streams_refused_total', { reason: 'limit' })).toBe(1);
    const limit = { limit: 'STREAM_MAX_PER_USER' };
    expect(await growth(refused, 'carillon_limits_exceeded_total', limit)).toBe(1);
    await grows(() => ada.does('DELETE', '/api/session'), 'carillon_streams_closed_total', {
      reason: 'sign-in',
    });
  });

  it('count commits, flushes, events and deliveries', async () => {
    await follow('/api/users/event');
    const before = await read();
    await createUser(application.url, 'Bob');
    await open[0]!.receives(1, 'update');
    await until(
      async () =>
        (await read()).sum('carillon_delivery_lag_seconds_count') >
        before.sum('carillon_delivery_lag_seconds_count'),
    );
    const after = await read();
    const change = (name: string) => after.sum(name) - before.sum(name);
    expect(change('carillon_log_head')).toBe(1);
    expect(change('carillon_log_events_total')).toBe(1);
    expect(change('carillon_deliveries_total')).toBe(1);
    expect(change('carillon_stream_sent_bytes_total')).toBeGreaterThan(100);
    for (const name of [
      'commit_commands',
      'commit_duration_seconds',
      'commit_wait_seconds',
      'flush_duration_seconds',
    ])
      expect(change(`carillon_${name}_count`)).toBeGreaterThan(0);
    expect(after.sum('carillon_stream_ring_bytes')).toBeGreaterThan(
      before.sum('carillon_stream_ring_bytes'),
    );
    expect(after.sum('nodejs_eventloop_delay_seconds_count')).toBeGreaterThan(0);
    expect(after.sum('nodejs_gc_duration_seconds_count')).toBeGreaterThan(0);
  });

  it('show the lag, the state and the dead letters of durable subscriptions', async () => {
    expect((await read()).valuesOf('carillon_subscription_lag', 'subscription')).toEqual(['push']);
    const { work, position } = {
      work: application.app.get(UnitOfWork, { strict: false }),
      position: 1,
    };
    await work.run(async ({ db }) => {
      const row = { name: 'mailer', position, owner: null, term: 1, renewals: 0 };
      await db.insertInto('subscriptions').values(row).execute();
    });
    const metrics = await read();
    const mailer = { subscription: 'mailer' };
    const head = metrics.sum('carillon_log_head');
    expect(metrics.sum('carillon_subscription_lag', mailer)).toBe(head - 1);
    expect(metrics.sum('carillon_subscription_waiting_seconds', mailer)).toBeGreaterThan(0);
    expect(metrics.sum('carillon_subscription_dead_letters', mailer)).toBe(0);
    expect(metrics.sum('carillon_subscription_state', { ...mailer, state: 'waiting' })).toBe(1);
    expect(metrics.sum('carillon_subscription_state', mailer)).toBe(1);
  });

  it('have no more series, and no personal data, however many people and paths there are', async () => {
    const visit = async (name: string) => {
      const person = await Person.signUp(application.url, name);
      await person.gets('/api/me/rooms');
      await fetch(`${application.url}/${name}`);
      await (await follow('/api/events', person.bearer)).close();
      return person;
    };
    await visit('first-visitor');
    const before = (await read()).samples.length;
    const others = await Promise.all(['second-visitor', 'third-visitor'].map(visit));
    const { samples, text } = await read();
    expect(samples).toHaveLength(before);
    for (const { user, id, sessionId } of others)
      for (const secret of [user.firstname, id, sessionId, 'visitor', '127.0.0.1'])
        expect(text).not.toContain(secret);
  });
});

import { rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { OpenMetrics } from './support/open-metrics.js';
import { childrenOf, isAlive } from './support/pids.js';
import { freePort } from './support/ports.js';
import { CarillonProcess } from './support/process.js';
import { subscribe } from './support/raw-subscriber.js';
import { createUser } from './support/requests.js';
import { until } from './support/wait.js';

const TOKEN = 'a-token-that-nobody-guesses';
const USERS = { method: 'POST', route: '/api/users', status: '201' };
const REQUESTS = 'carillon_http_requests_total';

describe('metrics of several processes', () => {
  let carillon: CarillonProcess;
  let port: number;
  let created = 0;

  beforeAll(async () => {
    port = await freePort();
    carillon = await CarillonProcess.start({
      WEB_CONCURRENCY: '2',
      METRICS_PORT: String(port),
      METRICS_TOKEN: TOKEN,
      LOG_LEVEL: 'info',
    });
  });
  afterAll(async () => {
    await carillon.kill();
    rmSync(carillon.folder, { recursive: true });
  });

  const headers = { Authorization: `Bearer ${TOKEN}` };
  const readFrom = async (url: string) => {
    const response = await fetch(`${url}/metrics`, { headers });
    expect(response.status).toBe(200);
    return new OpenMetrics(await response.text());
  };
  const read = () => readFrom(`http://127.0.0.1:${port}`);
  const create = async (count: number) => {
    for (let n = 0; n < count; n++) await createUser(carillon.url, 'Ada');
    created += count;
  };
  const reporting = async (count: number) => {
    await until(
      async () => (await read()).sum('carillon_processes', { state: 'reporting' }) === count,
    );
  };
  /** On new connections, which the operating system spreads over the processes. */
  const askAll = async () => {
    for (let n = 0; n < 20; n++) await askOnce(`${carillon.url}/health/live`);
  };

  it('are summed, and are the same on both ports', async () => {
    await reporting(2);
    await create(20);
    const streams = await Promise.all(
      Array.from({ length: 6 }, () => subscribe(carillon.port, '/api/users/event')),
    );
    const { id } = await createUser(carillon.url, 'Last');
    created++;
    await Promise.all(streams.map((stream) => stream.until(({ body }) => body.includes(id))));
    // More than one each, if the feed of a process had not reached the event before when they opened.
    const received = streams.reduce((sum, stream) => sum + stream.of('update').length, 0);
    await askAll();
    for (const metrics of [await read(), await readFrom(carillon.url)]) {
      expect(metrics.sum(REQUESTS, USERS)).toBe(created);
      expect(metrics.sum(REQUESTS, { route: '/health/live' })).toBe(20);
      expect(metrics.sum('carillon_streams_open')).toBe(6);
      expect(metrics.sum('carillon_deliveries_total')).toBe(received);
      // A position is the same in all processes.
      expect(metrics.sum('carillon_log_head')).toBe(created);
      expect(metrics.sum('carillon_build_info')).toBe(1);
    }
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it('keep the counters of a process that does not respond, and answer within a second or two', async () => {
    const [frozen] = childrenOf(carillon);
    const before = await read();
    process.kill(frozen!, 'SIGSTOP');
    const meanwhile = await read();
    process.kill(frozen!, 'SIGCONT');
    expect(meanwhile.sum('carillon_processes', { state: 'silent' })).toBe(1);
    expect(meanwhile.sum(REQUESTS)).toBe(before.sum(REQUESTS));
    expect(meanwhile.sum('process_cpu_seconds_total')).toBeGreaterThanOrEqual(
      before.sum('process_cpu_seconds_total'),
    );
    // Its streams may be gone, so they are not shown.
    expect(meanwhile.sum('process_resident_memory_bytes')).toBeLessThan(
      before.sum('process_resident_memory_bytes'),
    );
    await reporting(2);
  });

  it('do not decrease when a process is killed and replaced', async () => {
    await create(10);
    const before = await read();
    const [victim] = childrenOf(carillon);
    process.kill(victim!, 'SIGKILL');
    await until(() => !isAlive(victim!));
    const without = await read();
    await reporting(2);
    const after = await read();
    for (const later of [without, after])
      for (const { name, labels, value } of before.samples)
        if (/_(total|count|bucket)$/.test(name))
          expect({ name, labels, isLess: later.sum(name, labels) < value }).toEqual({
            name,
            labels,
            isLess: false,
          });
    expect(after.sum(REQUESTS, USERS)).toBe(created);
    expect(after.sum('carillon_process_exits_total', { kind: 'crashed' })).toBe(1);
    await create(5);
    expect((await read()).sum(REQUESTS, USERS)).toBe(created);
  });

  it('count what processes did that have been replaced in order', async () => {
    await create(5);
    carillon.signal('SIGHUP');
    await carillon.says('Replaced all processes');
    await reporting(2);
    const metrics = await read();
    expect(metrics.sum(REQUESTS, USERS)).toBe(created);
    expect(metrics.sum('carillon_process_exits_total', { kind: 'stopped' })).toBe(2);
  });
});

/** On a connection of its own, which any process may accept. */
const askOnce = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { agent: new Agent() }, (response) => {
      response.resume().once('end', resolve);
    }).once('error', reject);
  });

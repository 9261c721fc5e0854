import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { openFileLimit, ROOT } from './machine.mjs';
import { against } from './measurements.mjs';
import { folder } from './servers.mjs';

/**
 * @typedef {import('./scenarios.mjs').Plan} Plan
 * @typedef {import('./scenarios.mjs').Figures} Figures
 * @typedef {import('./scenarios.mjs').Row} Row
 */

/** Subscribers, of whom one receives the events. */
const FEW = 100;
export const MANY = Math.min(10_000, openFileLimit() - 500);
const PATTERNS = 100;
/** The topic of the events. Every pattern begins like it, so that none is excluded by its beginning, and matches no event. */
const TOPIC = 'orders/0/items';

/** Every subscriber has a topic of its own. */
const exactly = (/** @type {number} */ count) =>
  Array.from({ length: count }, (_, n) => `topic=orders/${n}/items`);

/** The same, but every second subscriber has one of some patterns. */
const withPatterns = (/** @type {number} */ count) =>
  exactly(count).map((topic, n) =>
    n % 2 === 0 ? topic : `match_urlpattern=orders/:id/:part/${((n - 1) / 2) % PATTERNS}`,
  );

/**
 * What it costs to publish, beside what it costs to create a user, and how that depends on subscribers to other topics.
 *
 * @param {unknown} _
 * @param {Plan} plan
 * @returns {Promise<Figures>}
 */
export async function measurePublishing(_, { pace }) {
  const { users, events } = await withKey(async (load, publication) => {
    const posts = { connections: 64, seconds: 1 * pace };
    await load.publish(posts);
    await load.publish({ ...posts, ...publication });
    return {
      users: await load.publish({ connections: 64, seconds: 3 * pace }),
      events: await load.publish({ connections: 64, seconds: 3 * pace, ...publication }),
    };
  });
  const few = await measureOneOf(exactly(FEW), pace);
  const many = await measureOneOf(exactly(MANY), pace);
  const patterns = await measureOneOf(withPatterns(MANY), pace);
  return {
    users: users.perSecond,
    events: events.perSecond,
    few: few.cpu,
    many: many.cpu,
    patterns: patterns.cpu,
    p50Few: few.p50,
    p50Many: many.p50,
    p50Patterns: patterns.p50,
    received: Math.min(few.received, many.received, patterns.received),
  };
}

/**
 * Private events for one of several subscribers.
 *
 * @param {string[]} queries of the subscribers
 * @param {number} pace
 */
function measureOneOf(queries, pace) {
  return withKey(async (load, publication) => {
    const paths = queries.map((query) => `/api/events?${query}`);
    const { headers } = publication;
    await load.run('open', { port: load.server.port, paths, count: paths.length, headers });
    const slowly = { connections: 4, rate: 100, ...publication };
    await load.publish({ connections: 64, seconds: 1 * pace, ...publication });
    await load.run('deliveries', { settle: 0.5 });
    await load.run('mark');
    const { acked, cpuPerPost } = await load.publish({
      connections: 64,
      seconds: 3 * pace,
      ...publication,
    });
    const { delivered } = await load.run('deliveries', { settle: 0.5 });
    await load.run('mark');
    await load.publish({ ...slowly, seconds: 2 * pace });
    const { latency } = await load.run('deliveries', { settle: 0.5 });
    return { cpu: cpuPerPost, p50: latency.p50, received: delivered / acked };
  });
}

/**
 * Starts a server whose database has a key for every topic.
 *
 * @template T
 * @param {(load: import('./servers.mjs').Load, publication: { path: string, topic: string, headers: Record<string, string> }) => Promise<T>} work
 */
function withKey(work) {
  const database = join(mkdtempSync(join(folder, 'carillon-')), 'carillon.db');
  // Heartbeats for 10,000 silent subscribers would count as the cost of publishing.
  const options = { database, settings: { PUBLISH_PER_MINUTE: '0', STREAM_HEARTBEAT: '1h' } };
  return against('carillon', options, (_, load) => {
    const headers = { Authorization: `Bearer ${createKey(database)}` };
    return work(load, { path: '/api/events', topic: TOPIC, headers });
  });
}

/** @param {string} database */
function createKey(database) {
  const args = [join(ROOT, 'dist', 'key.js'), 'create', 'bench', '--publish=*', '--subscribe=*'];
  const env = { ...process.env, DATABASE_URL: `sqlite:${database}` };
  const stdio = /** @type {const} */ (['ignore', 'pipe', 'ignore']);
  return execFileSync(process.execPath, args, { cwd: folder, env, stdio, encoding: 'utf8' }).trim();
}

/**
 * @param {Figures | undefined} figures
 * @returns {Row[]}
 */
export const rowsOfPublishing = (figures) => [
  {
    figure: 'durable publications',
    unit: '1/s',
    value: figures?.events,
    against: 'POST /api/users',
    other: figures?.users,
  },
  ...ofOne('server CPU for each', 'µs', figures?.few, figures?.many, figures?.patterns),
  ...ofOne(
    'POST to wire, 100 a second, p50',
    'ms',
    figures?.p50Few,
    figures?.p50Many,
    figures?.p50Patterns,
  ),
  {
    figure: 'share that its one subscriber receives',
    unit: '',
    value: figures?.received,
    required: { above: 1 },
  },
];

/**
 * @param {string} figure
 * @param {string} unit
 * @param {number | undefined} few
 * @param {number | undefined} many
 * @param {number | undefined} patterns
 * @returns {Row[]}
 */
function ofOne(figure, unit, few, many, patterns) {
  const name = MANY.toLocaleString('en');
  return [
    {
      figure: `${figure}, for 1 of ${name}`,
      unit,
      value: many,
      against: `1 of ${FEW}`,
      other: few,
      required: { below: 1.1 },
    },
    {
      figure: `${figure}, with ${PATTERNS} URL patterns`,
      unit,
      value: patterns,
      against: 'exact topics only',
      other: many,
      required: { below: 2 },
    },
  ];
}

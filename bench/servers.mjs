import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ts from 'typescript';
import { CENTRIFUGO, centrifugoConfiguration, centrifugoPaths } from './centrifugo.mjs';
import { canPin, hasBetterSse, hasNchan, NCHAN, ROOT } from './machine.mjs';
import { childrenOf, memoryOf } from './processes.mjs';

const BENCH = import.meta.dirname;
export const RESULTS = join(BENCH, 'results');

mkdirSync(RESULTS, { recursive: true });
/** Databases and configurations; beside the project, so on the disk that it is on. */
export const folder = mkdtempSync(join(RESULTS, 'work-'));

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** What each is called in tables. */
export const NAMES = {
  carillon: 'Carillon',
  'bare-node': 'bare node response loop',
  'bare-socket': 'bare node socket loop',
  'better-sse': 'better-sse',
  'plain-nest': 'plain Nest @Sse()',
  nchan: 'nchan',
  centrifugo: 'Centrifugo',
};

/** @typedef {keyof typeof NAMES} ServerName */

/** @param {ServerName} name */
export const isAvailable = (name) =>
  (name !== 'nchan' || hasNchan) &&
  (name !== 'better-sse' || hasBetterSse) &&
  (name !== 'centrifugo' || Boolean(CENTRIFUGO));

/**
 * @typedef {object} Options
 * @property {string} [database] the file of Carillon's database; else a new one
 * @property {string} [preload] a module in this folder that is loaded into Carillon, and reports on stderr
 * @property {string} [url] of Carillon's database, instead of a file
 * @property {Record<string, string>} [settings] of Carillon, beside those of every scenario
 * @property {string} [dist] the folder of another build of Carillon
 * @property {number} [processes] of Carillon; then they, and the load, run on all cores
 */

/** A server under test, alone on its core. */
export class Server {
  listenPath = '/api/users/event';
  publishPath = '/api/users';
  /** @type {string | undefined} where one address publishes to all channels */
  channel;
  isPinned = true;

  /**
   * @param {number} port
   * @param {() => import('node:child_process').ChildProcess} launch
   */
  constructor(port, launch) {
    this.port = port;
    this.launch = launch;
    this.child = launch();
    this.pids = [/** @type {number} */ (this.child.pid)];
  }

  /**
   * @param {ServerName} name
   * @param {Options} [options]
   */
  static async start(name, options = {}) {
    const port = await freePort();
    const server = new Server(port, () => launch(name, port, options));
    server.isPinned = options.processes === undefined;
    await accepts(port, server.child);
    if (options.processes && options.processes > 1) await server.#findChildren();
    if (name === 'nchan') {
      server.listenPath = '/listen';
      server.publishPath = '/publish';
      await server.#findChildren();
    }
    if (name === 'centrifugo') Object.assign(server, centrifugoPaths);
    return server;
  }

  /** nginx listens before it starts its worker, without which its CPU time would not count. */
  async #findChildren() {
    const [parent] = this.pids;
    while (childrenOf(parent).length === 0) await sleep(5);
    this.pids.push(...childrenOf(parent));
  }

  get memory() {
    return memoryOf(this.pids);
  }

  /** The next line of JSON on stderr after SIGUSR2, as the preloaded module writes it. */
  async report() {
    const { stderr } = this.child;
    if (!stderr) throw new Error('This server was not started to report.');
    const line = once(stderr, 'data');
    this.child.kill('SIGUSR2');
    return JSON.parse(String((await line)[0]));
  }

  /** nginx has to tell its worker; nothing of the others is worth an orderly end. */
  stop() {
    return this.kill(this.pids.length > 1 ? 'SIGTERM' : 'SIGKILL');
  }

  /** @param {NodeJS.Signals} signal */
  kill(signal) {
    return end(this.child, signal);
  }

  /** After its end, on the same port, and with the same database if the options named it. */
  async startAgain() {
    this.child = this.launch();
    this.pids = [/** @type {number} */ (this.child.pid)];
    await accepts(this.port, this.child);
  }
}

/** The process that makes the load, alone on the other core. */
export class Load {
  #child;

  /** @param {Server} server */
  constructor(server) {
    this.server = server;
    const args = [join(BENCH, 'load', 'load.mjs'), ...server.pids.map(String)];
    this.#child = start(server.isPinned ? 1 : 'all', process.execPath, args, {}, true);
  }

  /** Lets everything else on its core go first. */
  yieldToOthers() {
    const niced = spawn('renice', ['-n', '10', '-p', String(this.#child.pid)], { stdio: 'ignore' });
    niced.on('error', () => undefined);
  }

  /**
   * @param {string} task
   * @param {object} [spec]
   * @returns {Promise<any>}
   */
  async run(task, spec = {}) {
    const done = new AbortController();
    const answer = Promise.race([
      once(this.#child, 'message', done).then(([message]) => message),
      once(this.#child, 'exit', done).then(() => ({ error: 'The load has ended early.' })),
    ]);
    this.#child.send({ task, spec });
    try {
      const { result, error } = await answer;
      if (error) throw new Error(`${task}: ${error}`);
      return result;
    } finally {
      done.abort();
    }
  }

  /** @param {{ count: number, paused?: number }} spec */
  open(spec) {
    return this.run('open', { port: this.server.port, path: this.server.listenPath, ...spec });
  }

  /** @param {object} spec */
  publish(spec) {
    return this.run('publish', { ...this.#to, ...spec });
  }

  /** @param {object} spec */
  broadcast(spec) {
    return this.run('broadcast', { ...this.#to, ...spec });
  }

  /** @param {object} spec */
  startPublishing(spec) {
    return this.run('startPublishing', { ...this.#to, ...spec });
  }

  get #to() {
    const { port, publishPath: path, channel } = this.server;
    return { port, path, ...(channel !== undefined && { channel }) };
  }

  stop() {
    return end(this.#child, 'SIGKILL');
  }
}

/** The process that attacks, on the core of the load, which goes first. */
export class Attacker {
  #child;

  /**
   * @param {Server} server
   * @param {object} attack see load/attack.mjs
   */
  constructor({ port }, attack) {
    const args = ['-n', '10', process.execPath, join(BENCH, 'load', 'attack.mjs')];
    this.#child = start(1, 'nice', args, {}, true);
    this.#child.send({ port, ...attack });
  }

  stop() {
    return end(this.#child, 'SIGKILL');
  }
}

/**
 * Ends a process, which may have ended already.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/**
 * @param {ServerName} name
 * @param {number} port
 * @param {Options} options
 */
function launch(name, port, { database, preload, url, processes, settings: own, dist }) {
  const node = process.execPath;
  const env = { PORT: String(port), NODE_ENV: 'production' };
  switch (name) {
    case 'carillon': {
      const file = database ?? join(mkdtempSync(join(folder, 'carillon-')), 'carillon.db');
      const settings = {
        ...env,
        HOST: '127.0.0.1',
        DATABASE_URL: url ?? `sqlite:${file}`,
        WEB_CONCURRENCY: String(processes ?? 1),
        RATE_LIMIT_PER_MINUTE: '0',
        READ_LIMIT_PER_MINUTE: '0',
        CONNECTIONS_MAX_PER_ADDRESS: '0',
        STREAM_MAX_PER_ADDRESS: '0',
        STREAM_MAX_PER_USER: '0',
        STREAM_ANONYMOUS_REPLAY: '0',
        EVENTS_RETENTION_COUNT: '10000000',
        LOG_LEVEL: 'warn',
        ...own,
      };
      const imports = preload ? ['--import', join(BENCH, preload)] : [];
      const args = [...imports, join(dist ?? join(ROOT, 'dist'), 'main.js')];
      return start(processes ? 'all' : 0, node, args, settings, false, preload !== undefined);
    }
    case 'nchan':
      return start(0, 'nginx', ['-p', folder, '-c', nchanConfiguration(port)], {});
    case 'centrifugo':
      return start(0, String(CENTRIFUGO), ['-c', centrifugoConfiguration(port, folder)], {});
    case 'plain-nest':
      return start(0, node, [compiledNest()], env);
    default:
      return start(0, node, [join(BENCH, 'peers', `${name}.mjs`)], env);
  }
}

/**
 * @param {number | 'all'} core
 * @param {string} file
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {boolean} [ipc]
 * @param {boolean} [reports] on stderr
 */
function start(core, file, args, env, ipc = false, reports = false) {
  const command =
    canPin && core !== 'all' ? ['taskset', '-c', String(core), file, ...args] : [file, ...args];
  const child = spawn(command[0], command.slice(1), {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', reports ? 'pipe' : 'inherit', ipc ? 'ipc' : 'ignore'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Nest's decorators need a compiler; the one that builds Carillon does. */
function compiledNest() {
  const source = readFileSync(join(BENCH, 'peers', 'plain-nest.ts'), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  });
  const file = join(folder, 'plain-nest.mjs');
  writeFileSync(file, outputText);
  return file;
}

/** @param {number} port */
function nchanConfiguration(port) {
  const file = join(folder, 'nchan.conf');
  const channel = 'nchan_channel_id users; nchan_message_buffer_length 1000;';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  writeFileSync(
    file,
    `load_module ${NCHAN};
     daemon off; worker_processes 1; ${process.getuid?.() === 0 ? 'user root;' : ''}
     pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
     events { worker_connections 19500; }
     http {
       access_log off; ${temporary}
       nchan_shared_memory_size 256M; keepalive_requests 100000000;
       server {
         listen 127.0.0.1:${port} backlog=4096;
         location = /listen { nchan_subscriber eventsource; ${channel} }
         location = /publish { nchan_publisher; ${channel} }
       }
     }`,
  );
  return file;
}

async function freePort() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await once(server.close(), 'close');
  return port;
}

/**
 * @param {number} port
 * @param {import('node:child_process').ChildProcess} child
 */
async function accepts(port, child) {
  for (let i = 0; i < 2000; i++) {
    if (child.exitCode !== null) break;
    const socket = connect(port, '127.0.0.1');
    const [opened] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'close').then(() => [false]),
    ]).catch(() => [false]);
    socket.destroy();
    if (opened) return;
    await sleep(5);
  }
  throw new Error(`${child.spawnargs.join(' ')} does not answer.`);
}

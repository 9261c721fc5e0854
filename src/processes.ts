import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Config } from './config.js';
import { openDatabase } from './database/database.module.js';
import type { ToOthers } from './database/process-bell.js';

/** Milliseconds before a process that ended is replaced: doubled while none gets as far as to listen. */
const PAUSE = { first: 100, last: 10_000 };

/** Milliseconds after which one that was told to end, and takes less for that by itself, is killed: it hangs. */
const LONGEST_END = 10_000;

type Message = ToOthers | { readonly listeningAt: string };

/**
 * Several processes that serve one port, so that all cores of a machine are used.
 *
 * One that crashes is replaced. SIGTERM and SIGINT end all in order, SIGHUP replaces one after the other: the new one
 * listens before the old one says farewell to its listeners.
 */
export class Processes {
  readonly #logger;
  #started = false;
  #stopping = false;
  #replacing = false;
  #pause = PAUSE.first;
  /** Those whose end is no crash: they are ended on purpose, or have not taken the place of another one yet. */
  readonly #dismissed = new Set<Worker>();
  /** Those that were told to end. A second SIGTERM would cut off what they still answer. */
  readonly #ending = new WeakSet<Worker>();

  constructor(private readonly config: Config) {
    this.#logger = pino({ level: config.LOG_LEVEL, base: { pid: process.pid } });
  }

  /** @throws StartupError the database or the port cannot be used. */
  async start(): Promise<void> {
    process.on('SIGTERM', () => this.#stop()).on('SIGINT', () => this.#stop());
    process.on('SIGHUP', () => void this.#replaceAll());
    // Once, and not by each of them: brings the database up to date, and says in one line what is wrong with it.
    await (await openDatabase(this.config.DATABASE_URL, this.config.DATABASE_CONNECTIONS)).close();
    cluster.on('message', (from, message: Message) => this.#passOn(from, message));
    cluster.on('exit', (worker, code, signal) => void this.#replace(worker, code ?? signal));
    const { WEB_CONCURRENCY } = this.config;
    // A connection that this process has accepted for one that then dies would stay open, and never be answered.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    const all = Array.from({ length: WEB_CONCURRENCY }, () => this.#fork());
    const urls = await Promise.all(all.map((worker) => this.#listening(worker)));
    this.#started = urls.every((url) => url !== undefined);
    if (this.#started)
      this.#logger.info(`Listening at ${urls[0]} with ${WEB_CONCURRENCY} processes`);
    // What is wrong, such as a port that is taken, it has said itself.
    else if (!this.#stopping) this.#stop(1);
  }

  #fork(): Worker {
    // What is on its way to one that has just died fails, a moment before it is known that it has: 'exit' follows.
    return cluster.fork().on('error', () => undefined);
  }

  /** Resolves with the URL when it listens; with `undefined` when it ends before. */
  async #listening(worker: Worker): Promise<string | undefined> {
    const url = await new Promise<string | undefined>((resolve) => {
      const hear = (message: Message): void => {
        if (!isListening(message)) return;
        worker.off('message', hear);
        resolve(message.listeningAt);
      };
      worker.on('message', hear);
      void exitOf(worker).then(() => resolve(undefined));
    });
    if (url) this.#pause = PAUSE.first;
    return url;
  }

  #passOn(from: Worker, message: Message): void {
    if (isListening(message)) return;
    for (const worker of Object.values(cluster.workers ?? {}))
      if (worker && worker !== from && worker.isConnected()) worker.send(message);
  }

  async #replace(ended: Worker, code: number | string): Promise<void> {
    if (this.#stopping) return this.#endWithTheLast();
    if (this.#dismissed.delete(ended) || !this.#started) return;
    this.#logger.error(
      `Process ${ended.process.pid} ended by itself (${code}); another one begins.`,
    );
    await sleep(this.#pause);
    this.#pause = Math.min(this.#pause * 2, PAUSE.last);
    if (!this.#stopping) await this.#listening(this.#fork());
  }

  async #replaceAll(): Promise<void> {
    if (!this.#started || this.#replacing || this.#stopping) return;
    this.#replacing = true;
    this.#logger.info('Replacing all processes, one after the other');
    const all = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    let replaced = 0;
    while (replaced < all.length && (await this.#succeed(all[replaced]!))) replaced++;
    this.#replacing = false;
    if (this.#stopping) return;
    if (replaced === all.length) this.#logger.info('All processes were replaced');
    else
      this.#logger.error(
        `A new process did not get as far as to listen: ${replaced} of ${all.length} were replaced, and the others stay.`,
      );
  }

  /** @returns whether another one has taken its place. */
  async #succeed(old: Worker): Promise<boolean> {
    if (this.#stopping) return false;
    const successor = this.#fork();
    this.#dismissed.add(successor);
    if (!(await this.#listening(successor))) return false;
    this.#dismissed.delete(successor);
    // One that has crashed meanwhile is replaced already.
    const superfluous = old.isDead() ? successor : old;
    this.#dismissed.add(superfluous);
    await this.#end(superfluous);
    return true;
  }

  /** In order, or by force where it hangs. Resolves when it has ended. */
  async #end(worker: Worker): Promise<void> {
    if (worker.isDead()) return;
    const exit = exitOf(worker);
    if (!this.#ending.has(worker)) {
      this.#ending.add(worker);
      worker.process.kill('SIGTERM');
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), LONGEST_END);
      void exit.then(() => clearTimeout(timer));
    }
    await exit;
  }

  /** The first time in order, the second time at once. */
  #stop(exitCode = 0): void {
    if (this.#stopping) process.exit(1);
    this.#stopping = true;
    process.exitCode = exitCode;
    for (const worker of Object.values(cluster.workers ?? {})) if (worker) void this.#end(worker);
    this.#endWithTheLast();
  }

  #endWithTheLast(): void {
    if (Object.keys(cluster.workers ?? {}).length === 0) process.exit();
  }
}

/** Not with `once` of node:events, which an error on the way to it would make reject. */
const exitOf = (worker: Worker): Promise<void> =>
  new Promise((resolve) => worker.once('exit', () => resolve()));

const isListening = (message: Message): message is { readonly listeningAt: string } =>
  typeof message === 'object' && 'listeningAt' in message;

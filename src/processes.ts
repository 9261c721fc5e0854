import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Config } from './config.js';
import { openDatabase } from './database/database.module.js';
import type { ToOthers } from './database/process-bell.js';
import { onStopSignal } from './stop-signals.js';

/** Milliseconds before a process that ended is replaced: doubled while no new one listens. */
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
    onStopSignal(
      () => this.#stop(),
      () => this.#stopAtOnce(),
    );
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
    // What is wrong, such as a port that is taken, has been said.
    else if (!this.#stopping) this.#stop(1);
  }

  /** @returns `undefined` when the machine lacks memory for it. */
  #fork(): Worker | undefined {
    try {
      const worker = cluster.fork();
      return worker.on('error', (error) => {
        // What is on its way to one that has just died fails, a moment before it is known that it has: 'exit' follows.
        if (worker.process.pid !== undefined) return;
        // For want of descriptors or processes it was never there, and no 'exit' would follow.
        this.#logger.error(`No process can be started: ${error.message}`);
        worker.process.emit('exit', worker.process.exitCode, null);
      });
    } catch (error) {
      this.#logger.error(`No process can be started: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** Resolves with the URL when it listens; with `undefined` when it ends before, or is killed because it takes too long. */
  async #listening(worker: Worker | undefined): Promise<string | undefined> {
    if (!worker) return undefined;
    const timer = setTimeout(() => this.#killLate(worker), this.config.WEB_START_TIMEOUT);
    const url = await urlOf(worker);
    clearTimeout(timer);
    if (url) this.#pause = PAUSE.first;
    return url;
  }

  #killLate({ process }: Worker): void {
    this.#logger.error(
      `Process ${process.pid} does not listen after ${this.config.WEB_START_TIMEOUT} ms (WEB_START_TIMEOUT); it is killed.`,
    );
    process.kill('SIGKILL');
  }

  #passOn(from: Worker, message: Message): void {
    if (isListening(message)) return;
    for (const worker of Object.values(cluster.workers ?? {}))
      if (worker && worker !== from && worker.isConnected()) worker.send(message);
  }

  async #replace(ended: Worker, code: number | string): Promise<void> {
    if (this.#stopping) return this.#endWithTheLast();
    if (this.#dismissed.delete(ended) || !this.#started) return;
    if (ended.process.pid !== undefined)
      this.#logger.error(
        `Process ${ended.process.pid} exited unexpectedly (${code}); starting a replacement.`,
      );
    let another: Worker | undefined;
    while (!another) {
      await sleep(this.#pause);
      this.#pause = Math.min(this.#pause * 2, PAUSE.last);
      if (this.#stopping) return;
      another = this.#fork();
    }
    await this.#listening(another);
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
    if (!successor) return false;
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

  #stop(exitCode = 0): void {
    if (this.#stopping) return;
    this.#stopping = true;
    process.exitCode = exitCode;
    for (const worker of Object.values(cluster.workers ?? {})) if (worker) void this.#end(worker);
    this.#endWithTheLast();
  }

  #stopAtOnce(): void {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL');
    process.exit(1);
  }

  #endWithTheLast(): void {
    if (Object.values(cluster.workers ?? {}).every((worker) => worker?.isDead())) process.exit();
  }
}

/** Resolves with the URL at which it listens, or with `undefined` when it ends before. */
const urlOf = (worker: Worker): Promise<string | undefined> =>
  new Promise((resolve) => {
    const hear = (message: Message): void => {
      if (!isListening(message)) return;
      worker.off('message', hear);
      resolve(message.listeningAt);
    };
    worker.on('message', hear);
    void exitOf(worker).then(() => resolve(undefined));
  });

/** Not with `once` of node:events, which an error on the way to it would make reject. */
const exitOf = (worker: Worker): Promise<void> =>
  new Promise((resolve) => worker.once('exit', () => resolve()));

const isListening = (message: Message): message is { readonly listeningAt: string } =>
  typeof message === 'object' && 'listeningAt' in message;

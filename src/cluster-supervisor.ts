import { forwardNotifications } from '@carillon/nestjs/cluster';
import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Config } from './config.js';
import { ClusterMetrics } from './metrics/cluster-metrics.js';
import { serveMetrics } from './metrics/metrics-server.js';
import { areMetricsOn } from './metrics/settings.js';
import { openServerDatabase } from './server-database.js';
import { onStopSignal } from './stop-signals.js';

/** Milliseconds before a crashed process is replaced. The pause doubles until a new process listens. */
const RESTART_PAUSE = { first: 100, last: 10_000 };

/**
 * Runs several processes that serve one port, to use all cores of a machine.
 *
 * It replaces a process that crashes. SIGTERM and SIGINT stop all processes gracefully. SIGHUP replaces them one at a
 * time: a new process listens before the old one closes its streams.
 */
export class ClusterSupervisor {
  readonly #logger;
  #started = false;
  #stopping = false;
  #replacing = false;
  #pause = RESTART_PAUSE.first;
  /** Processes whose exit is not a crash: they are stopped on purpose, or have not replaced another process yet. */
  readonly #expectedExits = new Set<Worker>();
  /** Processes that were asked to stop. A second SIGTERM would abort the requests that they still process. */
  readonly #signalled = new WeakSet<Worker>();

  constructor(private readonly config: Config) {
    this.#logger = pino({ level: config.LOG_LEVEL, base: { pid: process.pid } });
  }

  /** @throws StartupError the database or the port cannot be used. */
  async start(): Promise<void> {
    onStopSignal(
      () => this.#stop(),
      () => this.#killAll(),
    );
    process.on('SIGHUP', () => void this.#replaceAll());
    // Migrate once, not in each process. An unusable database is reported in one line.
    await (await openServerDatabase(this.config)).close();
    forwardNotifications();
    await this.#serveMetrics();
    cluster.on('exit', (worker, code, signal) => void this.#replace(worker, code ?? signal));
    const { WEB_CONCURRENCY } = this.config;
    // With round-robin scheduling, a connection that the supervisor accepts for a process that then dies would stay
    // open without ever getting a response.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    const all = Array.from({ length: WEB_CONCURRENCY }, () => this.#fork());
    const urls = await Promise.all(all.map((worker) => this.#listening(worker)));
    this.#started = urls.every((url) => url !== undefined);
    if (this.#started)
      this.#logger.info(`Listening at ${urls[0]} with ${WEB_CONCURRENCY} processes`);
    // The process has already reported the error, such as a port in use.
    else if (!this.#stopping) this.#stop(1);
  }

  async #serveMetrics(): Promise<void> {
    if (!areMetricsOn(this.config)) return;
    const metrics = new ClusterMetrics();
    metrics.start();
    await serveMetrics(this.config, () => metrics.text());
  }

  /** @returns `undefined` if the machine has too little memory. */
  #fork(): Worker | undefined {
    try {
      const worker = cluster.fork();
      return worker.on('error', (error) => {
        // Sending to a process that has just died fails. Its 'exit' event follows.
        if (worker.process.pid !== undefined) return;
        // The process could not be created, for lack of file descriptors or process slots. No 'exit' event would
        // follow.
        this.#logger.error(`Cannot start a process: ${error.message}`);
        worker.process.emit('exit', worker.process.exitCode, null);
      });
    } catch (error) {
      this.#logger.error(`Cannot start a process: ${(error as Error).message}`);
      return undefined;
    }
  }

  /**
   * Resolves with the URL when the process listens, or with `undefined` when it exits or is killed because it takes too
   * long.
   */
  async #listening(worker: Worker | undefined): Promise<string | undefined> {
    if (!worker) return undefined;
    const timer = setTimeout(() => this.#killAfterTimeout(worker), this.config.WEB_START_TIMEOUT);
    const url = await urlOf(worker);
    clearTimeout(timer);
    if (url) this.#pause = RESTART_PAUSE.first;
    return url;
  }

  #killAfterTimeout({ process }: Worker): void {
    this.#logger.error(
      `Process ${process.pid} did not start to listen within ${this.config.WEB_START_TIMEOUT} ms (WEB_START_TIMEOUT). Killing it.`,
    );
    process.kill('SIGKILL');
  }

  async #replace(ended: Worker, code: number | string): Promise<void> {
    if (this.#stopping) return this.#exitAfterLast();
    if (this.#expectedExits.delete(ended) || !this.#started) return;
    if (ended.process.pid !== undefined)
      this.#logger.error(
        `Process ${ended.process.pid} exited unexpectedly (${code}). Starting a replacement.`,
      );
    let another: Worker | undefined;
    while (!another) {
      await sleep(this.#pause);
      this.#pause = Math.min(this.#pause * 2, RESTART_PAUSE.last);
      if (this.#stopping) return;
      another = this.#fork();
    }
    await this.#listening(another);
  }

  async #replaceAll(): Promise<void> {
    if (!this.#started || this.#replacing || this.#stopping) return;
    this.#replacing = true;
    this.#logger.info('Replacing all processes, one at a time');
    const all = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    let replaced = 0;
    while (replaced < all.length && (await this.#replaceOne(all[replaced]!))) replaced++;
    this.#replacing = false;
    if (this.#stopping) return;
    if (replaced === all.length) this.#logger.info('Replaced all processes');
    else
      this.#logger.error(
        `A new process did not start to listen. Replaced ${replaced} of ${all.length} processes; the others keep running.`,
      );
  }

  /** @returns whether a new process has replaced the old one. */
  async #replaceOne(old: Worker): Promise<boolean> {
    if (this.#stopping) return false;
    const successor = this.#fork();
    if (!successor) return false;
    this.#expectedExits.add(successor);
    if (!(await this.#listening(successor))) return false;
    this.#expectedExits.delete(successor);
    // If the old process has crashed in the meantime, it is already replaced.
    const obsolete = old.isDead() ? successor : old;
    this.#expectedExits.add(obsolete);
    await this.#stopWorker(obsolete);
    return true;
  }

  /** Stops a process gracefully, or kills it if it hangs. Resolves when it has exited. */
  async #stopWorker(worker: Worker): Promise<void> {
    if (worker.isDead()) return;
    const exit = exitOf(worker);
    if (!this.#signalled.has(worker)) {
      this.#signalled.add(worker);
      worker.process.kill('SIGTERM');
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), this.config.WEB_STOP_TIMEOUT);
      void exit.then(() => clearTimeout(timer));
    }
    await exit;
  }

  #stop(exitCode = 0): void {
    if (this.#stopping) return;
    this.#stopping = true;
    process.exitCode = exitCode;
    for (const worker of Object.values(cluster.workers ?? {}))
      if (worker) void this.#stopWorker(worker);
    this.#exitAfterLast();
  }

  #killAll(): void {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL');
    process.exit(1);
  }

  #exitAfterLast(): void {
    if (Object.values(cluster.workers ?? {}).every((worker) => worker?.isDead())) process.exit();
  }
}

/** Resolves with the URL at which the process listens, or with `undefined` if it exits first. */
const urlOf = (worker: Worker): Promise<string | undefined> =>
  new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      if (!isListening(message)) return;
      worker.off('message', onMessage);
      resolve(message.listeningAt);
    };
    worker.on('message', onMessage);
    void exitOf(worker).then(() => resolve(undefined));
  });

/** Does not use `once` of node:events, which rejects if sending to the process fails. */
const exitOf = (worker: Worker): Promise<void> =>
  new Promise((resolve) => worker.once('exit', () => resolve()));

const isListening = (message: unknown): message is { readonly listeningAt: string } =>
  typeof message === 'object' && message !== null && 'listeningAt' in message;

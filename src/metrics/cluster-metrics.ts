import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { collect, type Report } from './family.js';
import { isMetricsMessage, type MetricsMessage } from './messages.js';
import { countersOf, merge, write } from './open-metrics.js';
import { serverFamilies } from './process-families.js';

/** Milliseconds for a process to report. Prometheus gives up after 10 s. */
const TIMEOUT = 1000;

/**
 * Sums the metrics of all processes of a cluster, in the supervisor.
 *
 * Counters never decrease: those of a process that has ended stay part of the sum, as it last reported them, and so do
 * those of a process that does not respond in time. A sum that became smaller would look like a restart of the whole
 * server, and `rate()` would count everything again that the other processes have ever done.
 */
export class ClusterMetrics {
  /** The last report of each process that is running. */
  readonly #last = new Map<Worker, Report>();
  /** The sum of the counters of all processes that have ended. */
  #ended: Report = [];
  readonly #exits = { crashed: 0, stopped: 0 };
  /** Processes that have not answered a question yet. */
  readonly #asked = new Map<number, { readonly workers: Set<Worker>; readonly done: () => void }>();
  #lastId = 0;
  #reading: Promise<string> | undefined;

  start(): void {
    cluster.on('message', (worker, message: unknown) => {
      if (isMetricsMessage(message)) this.#receive(worker, message);
    });
    // After its last message, which its exit may precede.
    cluster.on('disconnect', (worker) => this.#end(worker));
    cluster.on('exit', (_, code) => this.#exits[code === 0 ? 'stopped' : 'crashed']++);
  }

  /** The metrics of all processes as OpenMetrics. Readers at the same time share one answer. */
  text(): Promise<string> {
    return (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
  }

  async #read(): Promise<string> {
    const silent = await this.#askAll();
    const reports = Array.from(this.#last, ([worker, report]) =>
      silent.has(worker) ? countersOf(report) : report,
    );
    const processes = {
      reporting: reports.length - silent.size,
      silent: silent.size,
      exits: this.#exits,
    };
    return write([...reports, this.#ended, await collect(serverFamilies(processes))]);
  }

  /** @returns the processes that have not answered in time. */
  async #askAll(): Promise<ReadonlySet<Worker>> {
    const id = ++this.#lastId;
    const workers = new Set(this.#last.keys());
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#asked.set(id, { workers, done: resolve });
    for (const worker of workers) send(worker, { metrics: 'ask', id });
    if (workers.size > 0) await Promise.race([promise, sleep(TIMEOUT)]);
    this.#asked.delete(id);
    return workers;
  }

  #receive(worker: Worker, message: MetricsMessage): void {
    if (message.metrics === 'report') {
      this.#last.set(worker, message.report);
      this.#answered(message.id, worker);
    } else if (message.metrics === 'read') void this.#answer(worker, message.id);
  }

  #answered(id: number, worker: Worker): void {
    const asked = this.#asked.get(id);
    if (asked?.workers.delete(worker) && asked.workers.size === 0) asked.done();
  }

  async #answer(worker: Worker, id: number): Promise<void> {
    send(worker, { metrics: 'text', id, text: await this.text() });
  }

  #end(worker: Worker): void {
    for (const id of this.#asked.keys()) this.#answered(id, worker);
    const report = this.#last.get(worker);
    if (!report) return;
    this.#last.delete(worker);
    this.#ended = merge([this.#ended, countersOf(report)]);
  }
}

/** Without a callback, sending to a process that has just died would emit an error that ends this process. */
function send(worker: Worker, message: MetricsMessage): void {
  if (worker.isConnected()) worker.send(message, () => {});
}

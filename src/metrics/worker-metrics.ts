import { Problem } from '../http/problems.js';
import type { Report } from './family.js';
import { isMetricsMessage, type MetricsMessage } from './messages.js';

/** Milliseconds for the supervisor, which waits for the other processes. */
const TIMEOUT = 3000;

/** Reports the figures of a process of a cluster to the supervisor, and reads those of all from it. */
export class WorkerMetrics {
  readonly #reads = new Map<number, (text: string) => void>();
  #lastId = 0;

  constructor(private readonly collect: () => Promise<Report>) {}

  /** From here on, the supervisor asks this process. */
  async start(): Promise<void> {
    process.on('message', this.#receive);
    await this.#report(0);
  }

  /** Reports a last time, so that nothing that was counted is lost. */
  async stop(): Promise<void> {
    process.off('message', this.#receive);
    await this.#report(0);
  }

  /** @throws Problem `unavailable` */
  async read(): Promise<string> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(() => reject(unanswered()), TIMEOUT);
    this.#reads.set(id, resolve);
    await send({ metrics: 'read', id });
    return promise.finally(() => {
      clearTimeout(timer);
      this.#reads.delete(id);
    });
  }

  readonly #receive = (message: unknown): void => {
    if (!isMetricsMessage(message)) return;
    if (message.metrics === 'ask') void this.#report(message.id);
    else if (message.metrics === 'text') this.#reads.get(message.id)?.(message.text);
  };

  async #report(id: number): Promise<void> {
    await send({ metrics: 'report', id, report: await this.collect() });
  }
}

const unanswered = (): Problem =>
  new Problem('unavailable', 'The process that starts the others does not respond.');

/** Resolves when the message is written. A supervisor that has just died gets none. */
const send = (message: MetricsMessage): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send!(message, undefined, {}, () => resolve());
    else resolve();
  });

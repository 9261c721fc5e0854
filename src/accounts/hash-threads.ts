import type { Argon2Parameters } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Derives keys with argon2id in threads of their own, which have less priority than the event loop: in node's pool, hashes
 * take half of a busy core, and the flushes of commits wait behind them. As many threads as there are derivations at once
 * start when they are needed.
 */
export class HashThreads {
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();

  /** @throws Error the thread ended. */
  async derive(parameters: Argon2Parameters): Promise<Buffer> {
    const worker = this.#idle.pop() ?? this.#start();
    const key = await answerOf(worker, parameters);
    this.#idle.push(worker);
    return key;
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#all, (worker) => worker.terminate()));
  }

  #start(): Worker {
    const file = `./hash.worker${extname(import.meta.url)}`;
    const worker = new Worker(new URL(file, import.meta.url));
    worker.unref();
    this.#all.add(worker);
    worker.on('error', () => undefined); // 'exit' follows
    worker.on('exit', () => this.#forget(worker));
    return worker;
  }

  #forget(worker: Worker): void {
    this.#all.delete(worker);
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
  }
}

function answerOf(worker: Worker, parameters: Argon2Parameters): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const end = (code: number): void => {
      worker.off('message', answer);
      reject(new Error(`A thread that hashes passwords ended (${code}).`));
    };
    const answer = (key: Uint8Array): void => {
      worker.off('exit', end);
      resolve(Buffer.from(key));
    };
    worker.once('message', answer).once('exit', end);
    worker.postMessage(parameters);
  });
}

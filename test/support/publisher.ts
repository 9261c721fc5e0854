import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { send } from './people.js';

/** Milliseconds before the next attempt. */
const PAUSE = 20;

/** The share of the responses that do not arrive, besides those of nodes that are killed. */
const LOST = 0.2;

/** A program that repeats each POST with its `Idempotency-Key` until it is answered, at the next node each time. */
export class Publisher {
  #at = 0;

  constructor(
    private readonly nodes: readonly { readonly url: string }[],
    private readonly headers: Readonly<Record<string, string>>,
    /** Ends the repeats, when a test has failed. */
    private readonly stop: AbortSignal,
  ) {}

  /** @throws Error the response refuses the request. */
  async post<T>(path: string, body: object): Promise<T> {
    const headers = { ...this.headers, 'Idempotency-Key': randomUUID() };
    for (;;) {
      this.stop.throwIfAborted();
      const answer = await this.#answer(path, body, headers).catch(() => undefined);
      if (answer?.status === 201 && Math.random() > LOST) return JSON.parse(answer.text) as T;
      // 409: the node that lost its database has not finished the first attempt.
      if (answer && ![201, 409, 503].includes(answer.status))
        throw new Error(`${path}: ${answer.status} ${answer.text}`);
      await sleep(PAUSE);
    }
  }

  async #answer(path: string, body: object, headers: Record<string, string>) {
    const { url } = this.nodes[this.#at++ % this.nodes.length]!;
    const response = await send(url, 'POST', path, body, headers);
    return { status: response.status, text: await response.text() };
  }
}

import cluster from 'node:cluster';
import { type Observable, Subject } from 'rxjs';
import { Outbox } from './outbox.js';

/** Milliseconds in which several commits ring once, and messages leave together. */
const COALESCE = 2;

/** What one process tells all the others: that it has committed, or a list of messages. */
export type ToOthers = 'committed' | { readonly messages: string };

/**
 * Tells the other processes that `WEB_CONCURRENCY` has started of commits, and carries messages between them, by way of
 * the one that started them all.
 */
export class ProcessBell {
  readonly #rings = new Subject<void>();
  readonly #messages = new Subject<string>();
  readonly #outbox = new Outbox(COALESCE, (messages) => tellOthers({ messages }));
  #isRinging = false;

  constructor() {
    if (cluster.isWorker) process.on('message', (message: ToOthers) => this.#hear(message));
  }

  get rings(): Observable<void> {
    return this.#rings;
  }

  get messages(): Observable<string> {
    return this.#messages;
  }

  ring(): void {
    if (!cluster.isWorker) return;
    if (this.#isRinging) return;
    this.#isRinging = true;
    setTimeout(() => {
      this.#isRinging = false;
      tellOthers('committed');
    }, COALESCE).unref();
  }

  /** @throws RangeError the message is too long. */
  send(message: string): void {
    this.#outbox.add(message);
  }

  close(): void {
    this.#outbox.close();
  }

  #hear(message: ToOthers): void {
    if (message === 'committed') return this.#rings.next();
    for (const each of JSON.parse(message.messages) as string[]) this.#messages.next(each);
  }
}

function tellOthers(message: ToOthers): void {
  if (cluster.isWorker && process.connected) process.send!(message);
}

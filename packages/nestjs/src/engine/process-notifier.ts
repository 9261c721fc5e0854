import cluster from 'node:cluster';
import { type Observable, Subject } from 'rxjs';
import { MessageBatcher } from './message-batcher.js';
import type { ProcessMessage } from './process-message.js';

/** Milliseconds in which commits cause one notification, and messages are sent together. */
const COALESCE_DELAY = 2;

/**
 * Notifies the other workers of a cluster of commits, and exchanges messages with them, through the primary process
 * (`forwardNotifications`).
 */
export class ProcessNotifier {
  readonly #commits = new Subject<void>();
  readonly #messages = new Subject<string>();
  readonly #outbox = new MessageBatcher(COALESCE_DELAY, (messages) =>
    tellOthers({ carillon: { messages } }),
  );
  #isNotifying = false;

  constructor() {
    if (cluster.isWorker) process.on('message', this.#receive);
  }

  get commits(): Observable<void> {
    return this.#commits;
  }

  get messages(): Observable<string> {
    return this.#messages;
  }

  notify(): void {
    if (!cluster.isWorker) return;
    if (this.#isNotifying) return;
    this.#isNotifying = true;
    setTimeout(() => {
      this.#isNotifying = false;
      tellOthers({ carillon: 'committed' });
    }, COALESCE_DELAY).unref();
  }

  /** @throws RangeError the message is too long. */
  send(message: string): void {
    this.#outbox.add(message);
  }

  close(): void {
    process.off('message', this.#receive);
    this.#outbox.close();
  }

  /** The application and its process manager send messages to this process, too. */
  readonly #receive = (message: unknown): void => {
    const { carillon } = Object(message) as Partial<ProcessMessage>;
    if (carillon === 'committed') this.#commits.next();
    else if (carillon)
      for (const each of JSON.parse(carillon.messages) as string[]) this.#messages.next(each);
  };
}

function tellOthers(message: ProcessMessage): void {
  if (cluster.isWorker && process.connected) process.send!(message);
}

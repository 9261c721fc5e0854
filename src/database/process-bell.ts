import cluster from 'node:cluster';
import { type Observable, Subject } from 'rxjs';

/** Milliseconds in which several commits ring once. */
const COALESCE = 2;

/** Tells the other processes that `WEB_CONCURRENCY` has started of commits, by way of the one that started them all. */
export class ProcessBell {
  readonly #rings = new Subject<void>();
  #isRinging = false;

  constructor() {
    if (cluster.isWorker)
      process.on('message', (message) => void (message === 'committed' && this.#rings.next()));
  }

  get rings(): Observable<void> {
    return this.#rings;
  }

  ring(): void {
    if (!cluster.isWorker) return;
    if (this.#isRinging) return;
    this.#isRinging = true;
    setTimeout(() => {
      this.#isRinging = false;
      if (process.connected) process.send!('committed');
    }, COALESCE).unref();
  }
}

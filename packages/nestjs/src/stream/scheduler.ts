import { Injectable } from '@nestjs/common';

/** Milliseconds for each queue in one turn of the event loop. Everything else, such as a POST, waits for that long. */
const SLICES = { opening: 1, live: 2, replay: 1 };

/** What work returns that goes on in microtasks, so that nobody knows yet how long it takes. */
export const GOES_ON = Symbol('goes on');

type Work = () => void | typeof GOES_ON;

/**
 * Shares the event loop: small pieces of work run in slices, and everything else runs between two slices.
 *
 * Live deliveries, replays and the opening of streams each have a queue, so that a storm of subscribers who come back does
 * not delay those who are live.
 */
@Injectable()
export class Scheduler {
  readonly #queues = { live: new WorkQueue(), opening: new WorkQueue(), replay: new WorkQueue() };
  #scheduled = false;

  /**
   * Runs `work` in a coming turn, after what waits in the same queue. Work must be short. If it goes on in microtasks, it is
   * the last of its queue in that turn.
   */
  add(queue: keyof typeof SLICES, work: Work): void {
    this.#queues[queue].add(work);
    this.#schedule();
  }

  /** How many pieces of work wait in each queue. */
  get waiting(): Readonly<Record<keyof typeof SLICES, number>> {
    const { live, opening, replay } = this.#queues;
    return { live: live.length, opening: opening.length, replay: replay.length };
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const { live, opening, replay } = this.#queues;
      live.work(SLICES.live);
      opening.work(SLICES.opening);
      replay.work(SLICES.replay);
      if (live.waits || opening.waits || replay.waits) this.#schedule();
    });
  }
}

/** A queue that is read from a moving index: `shift()` on a long array would move all of it. */
class WorkQueue {
  #queue: Work[] = [];
  #next = 0;

  get length(): number {
    return this.#queue.length - this.#next;
  }

  get waits(): boolean {
    return this.length > 0;
  }

  add(work: Work): void {
    this.#queue.push(work);
  }

  work(milliseconds: number): void {
    const end = performance.now() + milliseconds;
    while (this.waits && performance.now() < end)
      if (this.#queue[this.#next++]!() === GOES_ON) break;
    if (this.waits && this.#next < 1024) return;
    this.#queue = this.#queue.slice(this.#next);
    this.#next = 0;
  }
}

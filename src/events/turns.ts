import { Injectable } from '@nestjs/common';

/** Milliseconds of a turn of the event loop for each lane; what else there is to do, such as a POST, waits so long. */
const SLICES = { opening: 1, live: 2, replay: 1 };

type Work = () => void;

/**
 * Shares the event loop: much small work is done in slices, and between two slices everything else has its turn.
 *
 * Live deliveries, replays and the opening of streams each have a lane of their own, so that a storm of listeners that
 * come back does not hold up those that are there.
 */
@Injectable()
export class Turns {
  readonly #lanes = { live: new Lane(), opening: new Lane(), replay: new Lane() };
  #scheduled = false;

  /** Does `work` in a coming turn, after what waits in the same lane. Work must be short. */
  add(lane: keyof typeof SLICES, work: Work): void {
    this.#lanes[lane].add(work);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const { live, opening, replay } = this.#lanes;
      live.work(SLICES.live);
      opening.work(SLICES.opening);
      replay.work(SLICES.replay);
      if (live.waits || opening.waits || replay.waits) this.#schedule();
    });
  }
}

/** A queue that is emptied from a moving index: `shift()` on a long array moves all of it. */
class Lane {
  #queue: Work[] = [];
  #next = 0;

  get waits(): boolean {
    return this.#next < this.#queue.length;
  }

  add(work: Work): void {
    this.#queue.push(work);
  }

  work(milliseconds: number): void {
    const end = performance.now() + milliseconds;
    while (this.waits && performance.now() < end) this.#queue[this.#next++]!();
    if (this.waits && this.#next < 1024) return;
    this.#queue = this.#queue.slice(this.#next);
    this.#next = 0;
  }
}

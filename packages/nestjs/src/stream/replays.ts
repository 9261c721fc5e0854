import { setTimeout as sleep } from 'node:timers/promises';
import type { EventFeed } from '../log/event-feed.js';
import type { EventLog, LoggedEvent } from '../log/event-log.js';
import { FairQueue } from './fair-queue.js';
import type { Scheduler } from './scheduler.js';

/** The most events, and bytes of their data, in one page for a subscriber that is catching up. */
const PAGE = 256;
const PAGE_BYTES = 64 * 1024;
/** Events in a page from the database: few, so that the first of them arrives soon. */
const PAGE_OF_LOG = 64;
/** Milliseconds of reading after which there is a pause. */
const BURST = 2;
/** Pages from the database that are kept for the next subscriber that comes back to the same place. */
const KEPT = 4;

/**
 * A page that is kept. It is emptied when it is removed: V8 keeps removed entries of a Map in earlier tables of it, which
 * survive until a major collection once one of them is old. Under replays, these pages were most of the garbage collector's
 * work.
 */
interface Kept {
  page?: Promise<readonly LoggedEvent[]>;
}

/**
 * The pages that subscribers read while they are catching up: the latest events from memory, older ones from the log.
 *
 * The database is asked for one page at a time, each in a turn of its own, so that many subscribers who come back at once do
 * not delay writes. Owners are served in rotation, however many streams of each are catching up.
 */
export class Replays {
  readonly #kept = new Map<number, Kept>();
  readonly #steps = new FairQueue<() => void>();
  readonly #reads = new FairQueue<() => Promise<void>>();
  #reading = false;
  /** When as much time has passed without reads as with them, by the monotonic clock. */
  #restedAt = 0;

  constructor(
    private readonly feed: EventFeed,
    private readonly log: EventLog,
    private readonly scheduler: Scheduler,
  ) {
    feed.restarts.subscribe(() => this.#kept.clear());
    feed.redactions.subscribe(() => this.#kept.clear());
  }

  /** Pages that wait to be read from the database. */
  get waitingReads(): number {
    return this.#reads.size;
  }

  /** The events after `position`; `undefined` if they are not in memory. */
  recent(position: number): readonly LoggedEvent[] | undefined {
    const events = this.feed.recent.after(position, PAGE);
    return events && firstBytes(events);
  }

  /** Schedules a step of a replay. Owners are served in rotation, one step at a time. */
  inTurn(owner: string, step: () => void): void {
    this.#steps.add(owner, step);
    this.scheduler.add('replay', () => this.#steps.next()!());
  }

  /** The events after `position` from the log, at most up to the head of the feed. */
  read(position: number, owner: string): Promise<readonly LoggedEvent[]> {
    let page = this.#kept.get(position)?.page;
    if (!page) {
      page = new Promise((resolve, reject) => {
        this.#reads.add(owner, () => this.#readInTurn(position, owner).then(resolve, reject));
      });
      this.#keep(position, page);
      if (!this.#reading) void this.#readAll();
    }
    return page;
  }

  async #readAll(): Promise<void> {
    this.#reading = true;
    for (let read = this.#reads.next(); read; read = this.#reads.next()) {
      const began = performance.now();
      await read();
      await this.#pause(began);
    }
    this.#reading = false;
  }

  /**
   * Encoding and garbage collection take as long again as the read. Without pauses little time would be left for anything
   * else. A timer takes at least a millisecond, so there is one pause for several short reads.
   */
  async #pause(began: number): Promise<void> {
    const end = performance.now();
    this.#restedAt = Math.max(this.#restedAt, began) + 2 * (end - began);
    if (this.#restedAt - end > BURST) await sleep(this.#restedAt - end);
  }

  #readInTurn(position: number, owner: string): Promise<readonly LoggedEvent[]> {
    return new Promise((resolve, reject) => {
      this.inTurn(owner, () => {
        this.log
          .read(position, this.feed.head, PAGE_OF_LOG)
          .then((events) => resolve(firstBytes(events)), reject);
      });
    });
  }

  /** Keeps a page while it is read, and then if it is one of the latest. A page up to the head is soon out of date. */
  #keep(position: number, page: Promise<readonly LoggedEvent[]>): void {
    this.#kept.set(position, { page });
    const forget = (): void => this.#forget(position);
    page.then(() => {
      if (position + PAGE_OF_LOG > this.feed.head) forget();
      else if (this.#kept.size > KEPT) this.#forget(this.#kept.keys().next().value!);
    }, forget);
  }

  #forget(position: number): void {
    delete this.#kept.get(position)?.page;
    this.#kept.delete(position);
  }
}

/** As many events as fit into a page, and at least one. */
function firstBytes(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
  let bytes = 0;
  const end = events.findIndex(({ data }) => (bytes += data.length) > PAGE_BYTES);
  return end < 0 ? events : events.slice(0, Math.max(end, 1));
}

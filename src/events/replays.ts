import { setTimeout as sleep } from 'node:timers/promises';
import type { EventFeed } from './event-feed.js';
import { type EventLog, type LoggedFact, upToHole } from './event-log.js';
import { FairQueue } from '../fair-queue.js';
import type { Turns } from './turns.js';

/** Facts, and bytes of their data, that a listener is given at once while it catches up. */
const PAGE = 256;
const PAGE_BYTES = 64 * 1024;
/** Facts of a page from the database: few, so that the first of them is soon there. */
const PAGE_OF_LOG = 64;
/** Pages from the database that are kept for the next listener that comes back from the same place. */
const KEPT = 4;

/**
 * What listeners that are behind read: the newest facts from memory, older ones from the log.
 *
 * The database is asked for one page at a time, each in a turn of its own, so that many who come back at once do not
 * hold up those who write. Pages are read and encoded for one owner after the other, whichever have the most streams that
 * are behind.
 */
export class Replays {
  readonly #kept = new Map<number, Promise<readonly LoggedFact[]>>();
  readonly #steps = new FairQueue<() => void>();
  readonly #reads = new FairQueue<() => Promise<void>>();
  #reading = false;

  constructor(
    private readonly feed: EventFeed,
    private readonly log: EventLog,
    private readonly turns: Turns,
  ) {
    feed.restarts.subscribe(() => this.#kept.clear());
    feed.redactions.subscribe(() => this.#kept.clear());
  }

  /** The facts that follow `position`, where they are in memory. */
  recent(position: number): readonly LoggedFact[] | undefined {
    const facts = this.feed.recent.after(position, PAGE);
    return facts && firstBytes(facts);
  }

  /** Does a step of a replay in a coming turn: of each owner one, and then of each another one. */
  inTurn(owner: string, step: () => void): void {
    this.#steps.add(owner, step);
    this.turns.add('replay', () => this.#steps.next()!());
  }

  /** The facts that follow `position`, up to the head of the feed at the most. */
  read(position: number, owner: string): Promise<readonly LoggedFact[]> {
    let page = this.#kept.get(position);
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
      // What is read is encoded and collected as garbage, too: without a pause there would be time for little else.
      await sleep(performance.now() - began);
    }
    this.#reading = false;
  }

  #readInTurn(position: number, owner: string): Promise<readonly LoggedFact[]> {
    return new Promise((resolve, reject) => {
      this.inTurn(owner, () => {
        this.log
          .read(position, this.feed.head, PAGE_OF_LOG)
          .then((facts) => resolve(firstBytes(upToHole(facts))), reject);
      });
    });
  }

  /** While it is read, and then as long as it is among the last: a page up to the head is soon out of date. */
  #keep(position: number, page: Promise<readonly LoggedFact[]>): void {
    this.#kept.set(position, page);
    const forget = (): void => void this.#kept.delete(position);
    page.then(() => {
      if (position + PAGE_OF_LOG > this.feed.head) forget();
      else if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    }, forget);
  }
}

/** As many as make up a page, and one at the least. */
function firstBytes(facts: readonly LoggedFact[]): readonly LoggedFact[] {
  let bytes = 0;
  const end = facts.findIndex(({ data }) => (bytes += data.length) > PAGE_BYTES);
  return end < 0 ? facts : facts.slice(0, Math.max(end, 1));
}

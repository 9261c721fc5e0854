import type { LoggedEvent } from './event-log.js';

/** The share of the memory for recent events that holds the events; the rest holds encoded pages. */
export const EVENTS_SHARE = 0.75;

/** Bytes of an event without its data: the object, its other strings, and the overhead of its frames. */
const OVERHEAD = 800;
/** Bytes of an event alone, without its data: measured with --expose-gc. */
const OBJECT = 300;
/** Copies of its data: one in the event, and one in a frame of each of the two encoders. */
const COPIES = 3;

/**
 * The latest events, in memory, up to a number of bytes. Subscribers that are slightly behind read them instead of the
 * database.
 */
export class RecentEvents {
  /** Events before `#start` are released immediately. Their places are removed now and then, many at a time. */
  #events: (LoggedEvent | undefined)[] = [];
  /** The index of the first event that is kept. */
  #start = 0;
  #bytes = 0;

  /** @param limit in bytes */
  constructor(private readonly limit: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#events.length - this.#start;
  }

  /** Bytes of the events alone. Frames are kept for each kind of stream that had to deliver them. */
  get bytesWithoutFrames(): number {
    const data = (this.#bytes - this.size * OVERHEAD) / COPIES;
    return this.size * OBJECT + data;
  }

  /** Some of the events, from the oldest to the latest. */
  sample(count: number): LoggedEvent[] {
    const step = Math.max(1, this.size / count);
    const events: LoggedEvent[] = [];
    for (let index = this.#start; index < this.#events.length; index += step)
      events.push(this.#events[Math.floor(index)]!);
    return events;
  }

  push(events: readonly LoggedEvent[]): void {
    for (const event of events) {
      // Found by counting from the first, so they must have no gap.
      if (this.#events.at(-1)?.position !== event.position - 1) this.clear();
      this.#events.push(event);
      this.#bytes += memoryOf(event);
    }
    while (this.#bytes > this.limit) this.#dropFirst();
    if (this.#start * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#start);
    this.#start = 0;
  }

  #dropFirst(): void {
    this.#bytes -= memoryOf(this.#events[this.#start]!);
    this.#events[this.#start++] = undefined;
  }

  /** The positions of those that hold content of one of the subjects. */
  positionsOf(subjects: ReadonlySet<string>): number[] {
    const positions: number[] = [];
    for (let index = this.#start; index < this.#events.length; index++) {
      const { subject, position } = this.#events[index]!;
      if (subject !== null && subjects.has(subject)) positions.push(position);
    }
    return positions;
  }

  /** Takes other versions of some that are here. */
  replace(events: readonly LoggedEvent[]): void {
    for (const event of events) {
      const index =
        this.#start + event.position - (this.#events[this.#start]?.position ?? Infinity);
      const before = this.#events[index];
      if (before?.position !== event.position) continue;
      this.#events[index] = event;
      this.#bytes += memoryOf(event) - memoryOf(before);
    }
  }

  clear(): void {
    this.#events = [];
    this.#start = 0;
    this.#bytes = 0;
  }

  /**
   * The events after `position`, at most `limit` of them.
   *
   * @returns `undefined` where the next one is no longer, or not yet, here.
   */
  after(position: number, limit: number): readonly LoggedEvent[] | undefined {
    const index = this.#indexOf(position + 1);
    if (index === undefined) return undefined;
    return this.#events.slice(index, index + limit) as LoggedEvent[];
  }

  /** Whether the event at a position is here. */
  holds(position: number): boolean {
    return this.#indexOf(position) !== undefined;
  }

  #indexOf(position: number): number | undefined {
    const first = this.#events[this.#start];
    if (!first) return undefined;
    const index = this.#start + position - first.position;
    return index < this.#start || index >= this.#events.length ? undefined : index;
  }
}

/** Bytes of an event in memory, with its frames. */
export const memoryOf = ({ data }: LoggedEvent): number => OVERHEAD + COPIES * memoryOfText(data);

/** V8 takes a byte for each character where all are Latin-1, else two. */
export const memoryOfText = (text: string): number =>
  Buffer.byteLength(text) === text.length ? text.length : 2 * text.length;

import type { LoggedEvent } from '../log/event-log.js';
import { Chunk } from './chunk.js';
import type { EventEncoder } from './event-encoder.js';

/** Events that follow each other, or the frame of a transient event, which is the same in every stream. */
export type Item = readonly LoggedEvent[] | string;

/**
 * What a channel delivers in one write. Runs are shared: `with` returns the same run to all channels that wait for the same
 * events. A message in a room of 1,000 members, each of whom has a channel, is assembled and encoded once.
 */
export class Run {
  /** Of its events: it starts before the first and ends at the last. `undefined` for transient events only. */
  readonly positions: { readonly first: number; readonly last: number } | undefined;
  /** UTF-16 code units of its data. */
  readonly length: number;
  /** When its oldest event was recorded, by the monotonic clock. */
  readonly since: number;
  readonly #shorter: Run | undefined;
  readonly #last: Item | undefined;
  #longer: Run | undefined;
  #chunks: Map<EventEncoder, Chunk> | undefined;

  private constructor(since: number, shorter?: Run, last?: Item) {
    this.since = since;
    this.#shorter = shorter;
    this.#last = last;
    this.length = (shorter?.length ?? 0) + lengthOf(last);
    this.positions = positionsOf(shorter?.positions, last);
  }

  /** @param since when the first event to be added was recorded, by the monotonic clock. */
  static empty(since: number): Run {
    return new Run(since);
  }

  /** This run, and one more item at its end. */
  with(item: Item): Run {
    const longer = this.#longer;
    if (longer && longer.#last === item) return longer;
    return (this.#longer = new Run(this.since, this, item));
  }

  /** Its frames in one piece. */
  encode(encoder: EventEncoder, epoch: string): Chunk {
    this.#chunks ??= new Map();
    let chunk = this.#chunks.get(encoder);
    if (!chunk) {
      const events = this.#items().flat();
      const frames = events.map((one) => (isText(one) ? one : encoder.frame(one, epoch)));
      chunk = Chunk.of(frames, events.length);
      this.#chunks.set(encoder, chunk);
    }
    return chunk;
  }

  #items(): Item[] {
    const items = [this.#last];
    for (let run = this.#shorter; run; run = run.#shorter) items.push(run.#last);
    return items.filter((item) => item !== undefined).toReversed();
  }
}

const isText = (item: Item | LoggedEvent): item is string => typeof item === 'string';

function lengthOf(item: Item | undefined): number {
  if (item === undefined) return 0;
  return isText(item) ? item.length : item.reduce((sum, { data }) => sum + data.length, 0);
}

function positionsOf(before: Run['positions'], item: Item | undefined): Run['positions'] {
  if (item === undefined || isText(item)) return before;
  return { first: before?.first ?? item[0]!.position, last: item.at(-1)!.position };
}

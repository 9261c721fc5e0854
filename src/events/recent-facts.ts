import type { LoggedFact } from './event-log.js';

/** Bytes that a fact takes beside its data: the object, its other strings, and what the frames made of it add. */
const OVERHEAD = 800;
/** How often its data are kept: by themselves, and in a frame of each of the two wire forms. */
const COPIES = 3;

/**
 * The newest facts, in memory, up to a number of bytes: what listeners that are a little behind read, instead of each
 * asking the database.
 */
export class RecentFacts {
  /** Those before `#start` are let go of at once; their places are cut off now and then, many at a time. */
  #facts: (LoggedFact | undefined)[] = [];
  /** Where the facts that are kept begin. */
  #start = 0;
  #bytes = 0;

  /** @param limit in bytes */
  constructor(private readonly limit: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  push(facts: readonly LoggedFact[]): void {
    for (const fact of facts) {
      // Found by counting from the first, so they must have no gap.
      if (this.#facts.at(-1)?.position !== fact.position - 1) this.clear();
      this.#facts.push(fact);
      this.#bytes += memoryOf(fact);
    }
    while (this.#bytes > this.limit) this.#dropFirst();
    if (this.#start * 2 < this.#facts.length) return;
    this.#facts = this.#facts.slice(this.#start);
    this.#start = 0;
  }

  #dropFirst(): void {
    this.#bytes -= memoryOf(this.#facts[this.#start]!);
    this.#facts[this.#start++] = undefined;
  }

  /** The positions of those that hold content of one of the subjects. */
  positionsOf(subjects: ReadonlySet<string>): number[] {
    const positions: number[] = [];
    for (let index = this.#start; index < this.#facts.length; index++) {
      const { subject, position } = this.#facts[index]!;
      if (subject !== null && subjects.has(subject)) positions.push(position);
    }
    return positions;
  }

  /** Takes other versions of some that are here. */
  replace(facts: readonly LoggedFact[]): void {
    for (const fact of facts) {
      const index = this.#start + fact.position - (this.#facts[this.#start]?.position ?? Infinity);
      const before = this.#facts[index];
      if (before?.position !== fact.position) continue;
      this.#facts[index] = fact;
      this.#bytes += memoryOf(fact) - memoryOf(before);
    }
  }

  clear(): void {
    this.#facts = [];
    this.#start = 0;
    this.#bytes = 0;
  }

  /**
   * The facts that follow `position`, `limit` of them at most.
   *
   * @returns `undefined` where the next one is no longer, or not yet, here.
   */
  after(position: number, limit: number): readonly LoggedFact[] | undefined {
    const first = this.#facts[this.#start];
    if (!first) return undefined;
    const index = this.#start + position + 1 - first.position;
    if (index < this.#start || index >= this.#facts.length) return undefined;
    return this.#facts.slice(index, index + limit) as LoggedFact[];
  }
}

/** Bytes of an event in memory, with its frames. V8 takes a byte for each character where all are Latin-1, else two. */
export const memoryOf = ({ data }: LoggedFact): number => {
  const isNarrow = Buffer.byteLength(data) === data.length;
  return OVERHEAD + COPIES * data.length * (isNarrow ? 1 : 2);
};

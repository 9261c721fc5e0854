/** Topics, each with the position of the log from which on it is included. A Map is one. */
export type TopicPositions = Pick<ReadonlyMap<string, number>, 'get' | 'has' | 'keys' | 'values'>;

/**
 * Topics that many streams keep and few events look up, in two lists that are sorted by topic. 20 topics take 250 bytes; in a
 * Map they take 970.
 */
export class TopicStarts implements TopicPositions {
  private constructor(
    private readonly topics: readonly string[],
    /** `undefined` if all events of all topics are included. */
    private readonly starts: readonly number[] | undefined,
  ) {}

  static of(positions: ReadonlyMap<string, number>): TopicStarts {
    const topics = [...positions.keys()].toSorted();
    const starts = topics.map((topic) => positions.get(topic)!);
    return new TopicStarts(topics, starts.some((start) => start > 0) ? starts : undefined);
  }

  get(topic: string): number | undefined {
    const index = this.#indexOf(topic);
    return index < 0 ? undefined : (this.starts?.[index] ?? 0);
  }

  has(topic: string): boolean {
    return this.#indexOf(topic) >= 0;
  }

  keys(): MapIterator<string> {
    return this.topics.values();
  }

  values(): MapIterator<number> {
    return (this.starts ?? this.topics.map(() => 0)).values();
  }

  /** @returns -1 if it is not one of them. */
  #indexOf(topic: string): number {
    let low = 0;
    let high = this.topics.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.topics[middle]!;
      if (found === topic) return middle;
      if (found < topic) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

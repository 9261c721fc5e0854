/** Upper bounds in seconds for times from a fast flush to a frozen disk. */
export const SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Counts values by size, since the start of the process. */
export class Histogram {
  /** The number of values above the previous bound and up to each bound, then of those above the last bound. */
  readonly counts: number[];
  /** Of all values. */
  sum = 0;

  /** @param bounds in ascending order; the values are in the same unit. */
  constructor(readonly bounds: readonly number[]) {
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && value > bounds[index]!) index++;
    counts[index]!++;
    this.sum += value;
  }
}

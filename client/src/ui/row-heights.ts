/**
 * The heights of the rows of a list, by index, in px: measured, or the estimate. A Fenwick tree holds the differences
 * from the estimate, so placing one row of 100,000 takes 17 steps.
 */
export class RowHeights {
  readonly #estimate: number;
  readonly #measured = new Map<number, number>();
  /** Node `n`, from 1 on, sums the differences of the `n & -n` rows that end with row `n - 1`. */
  #sums = new Float64Array(2);

  constructor(estimate: number) {
    this.#estimate = estimate;
  }

  heightOf(index: number): number {
    return this.#measured.get(index) ?? this.#estimate;
  }

  isMeasured(index: number): boolean {
    return this.#measured.has(index);
  }

  set(index: number, height: number): void {
    const difference = height - this.heightOf(index);
    this.#measured.set(index, height);
    if (index >= this.#capacity) this.#growTo(index + 1);
    else if (difference !== 0) this.#add(index, difference);
  }

  /** The sum of the heights of all rows before this one. */
  startOf(index: number): number {
    let sum = index * this.#estimate;
    for (let node = Math.min(index, this.#capacity); node > 0; node -= node & -node)
      sum += this.#sums[node]!;
    return sum;
  }

  /** The row that covers an offset from the start of the first row. */
  indexAt(offset: number, count: number): number {
    let [index, left] = [0, offset];
    for (let step = this.#capacity; step >= 1; step /= 2) {
      const height = this.#sums[index + step]! + step * this.#estimate;
      if (index + step > this.#capacity || height > left) continue;
      index += step;
      left -= height;
    }
    // No row is measured after the end of the tree.
    if (index === this.#capacity) index += Math.floor(left / this.#estimate);
    return Math.max(0, Math.min(index, count - 1));
  }

  get #capacity(): number {
    return this.#sums.length - 1;
  }

  #add(index: number, difference: number): void {
    for (let node = index + 1; node <= this.#capacity; node += node & -node)
      this.#sums[node]! += difference;
  }

  #growTo(count: number): void {
    this.#sums = new Float64Array(2 ** Math.ceil(Math.log2(count)) + 1);
    for (const [index, height] of this.#measured) this.#add(index, height - this.#estimate);
  }
}

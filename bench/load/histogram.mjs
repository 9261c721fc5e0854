/** Values below this have a bucket each; above it a bucket is 1/128 of its value wide. */
const EXACT = 256;

/** Counts of microseconds, good to one percent, in constant space: millions of values a second go in. */
export class Histogram {
  #counts = new Uint32Array(EXACT + 24 * 128);
  count = 0;
  max = 0;

  /** @param {number} us whole microseconds, up to 2^32 */
  record(us) {
    this.#counts[bucketOf(us)]++;
    this.count++;
    if (us > this.max) this.max = us;
  }

  /**
   * @param {number} part such as 0.99
   * @returns {number} microseconds
   */
  percentile(part) {
    let left = Math.ceil(this.count * part);
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      left -= this.#counts[bucket];
      if (left <= 0) return Math.min(middleOf(bucket), this.max);
    }
    return this.max;
  }

  /** @returns {{ count: number, p50: number, p99: number, max: number } | null} milliseconds */
  summary() {
    if (this.count === 0) return null;
    const [p50, p99] = [0.5, 0.99].map((part) => this.percentile(part) / 1000);
    return { count: this.count, p50, p99, max: this.max / 1000 };
  }
}

/** @param {number} us */
function bucketOf(us) {
  if (us < EXACT) return us;
  const exponent = 31 - Math.clz32(us);
  return EXACT + (exponent - 8) * 128 + ((us >>> (exponent - 7)) - 128);
}

/** @param {number} bucket */
function middleOf(bucket) {
  if (bucket < EXACT) return bucket;
  const shift = Math.floor((bucket - EXACT) / 128) + 1;
  return (((bucket - EXACT) % 128) + 128.5) * 2 ** shift;
}

/**
 * Sets of values by key. A set of one value is the value itself: most users have one stream, and a set takes 150 bytes in each
 * index.
 */
export class SetIndex<K, V extends object> {
  readonly #sets = new Map<K, V | Set<V>>();

  add(key: K, value: V): void {
    const held = this.#sets.get(key);
    if (held instanceof Set) held.add(value);
    else if (held === undefined) this.#sets.set(key, value);
    else if (held !== value) this.#sets.set(key, new Set([held, value]));
  }

  delete(key: K, value: V): void {
    const held = this.#sets.get(key);
    if (held instanceof Set) held.delete(value);
    if (held === value || (held instanceof Set && held.size === 0)) this.#sets.delete(key);
  }

  get(key: K): Iterable<V> {
    const held = this.#sets.get(key);
    if (held === undefined) return NOTHING;
    return held instanceof Set ? held : [held];
  }

  has(key: K): boolean {
    return this.#sets.has(key);
  }

  keys(): Iterable<K> {
    return this.#sets.keys();
  }

  /** How many keys have values. */
  get size(): number {
    return this.#sets.size;
  }
}

const NOTHING: readonly never[] = [];

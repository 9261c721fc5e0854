/** A queue that serves its owners in rotation: one with a single item does not wait for one with many. */
export class FairQueue<T> {
  /** In the order in which they are served. */
  readonly #owners = new Map<string, T[]>();

  add(owner: string, item: T): void {
    const items = this.#owners.get(owner);
    if (items) items.push(item);
    else this.#owners.set(owner, [item]);
  }

  get size(): number {
    return [...this.#owners.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** The first item of the next owner, who then becomes the last. */
  next(): T | undefined {
    const [first] = this.#owners;
    if (!first) return undefined;
    const [owner, items] = first;
    this.#owners.delete(owner);
    const item = items.shift();
    if (items.length > 0) this.#owners.set(owner, items);
    return item;
  }
}

/** A queue that gives each owner their turn: whoever waits for one thing is not held up by someone who waits for many. */
export class FairQueue<T> {
  /** In the order of their turns. */
  readonly #owners = new Map<string, T[]>();

  add(owner: string, item: T): void {
    const items = this.#owners.get(owner);
    if (items) items.push(item);
    else this.#owners.set(owner, [item]);
  }

  /** The first item of the owner whose turn it is; that owner comes last from then on. */
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

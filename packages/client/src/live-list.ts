/** What an event does to a list; `null` if nothing. */
export type ListChange<Item> = { readonly put: Item } | { readonly remove: string } | null;

export interface LiveListOptions<Item> {
  readonly keyOf: (item: Item) => string;
  /** Where a new item goes, unless there is a `compare`. */
  readonly insert: 'first' | 'last';
  readonly compare?: ((one: Item, other: Item) => number) | undefined;
}

/** A burst of events is shown once per frame: each render costs as much as the list is long. In ms. */
const FRAME = 16;

/** Items by key, for `useSyncExternalStore`. The published array is replaced, never changed. */
export class LiveList<Item> {
  readonly #options: LiveListOptions<Item>;
  readonly #subscribers = new Set<() => void>();
  #items = new Map<string, Item>();
  #published: readonly Item[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveListOptions<Item>) {
    this.#options = options;
  }

  readonly items = (): readonly Item[] => this.#published;

  readonly subscribe = (subscriber: () => void): (() => void) => {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  };

  replace(items: readonly Item[]): void {
    this.#items = new Map(items.map((item) => [this.#options.keyOf(item), item]));
    this.#publish();
  }

  apply(change: ListChange<Item>): void {
    if (change === null) return;
    if ('remove' in change) this.#items.delete(change.remove);
    else this.#put(change.put);
    this.#timer ??= setTimeout(() => this.#publish(), FRAME);
  }

  #put(item: Item): void {
    const key = this.#options.keyOf(item);
    const isNewFirst = this.#options.insert === 'first' && !this.#items.has(key);
    if (isNewFirst) this.#items = new Map([[key, item], ...this.#items]);
    else this.#items.set(key, item);
  }

  #publish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { compare } = this.#options;
    const items = [...this.#items.values()];
    this.#published = compare ? items.toSorted(compare) : items;
    for (const subscriber of this.#subscribers) subscriber();
  }
}

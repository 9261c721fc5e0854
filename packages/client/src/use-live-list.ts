import { useCallback, useState, useSyncExternalStore } from 'react';
import type { FollowError } from './errors.js';
import { LiveList, type ListChange } from './live-list.js';
import type { FollowEvent, FollowOptions, FollowStatus, SnapshotRequest } from './options.js';
import { type ListSnapshot, readAll } from './read-all.js';
import { useFollow } from './use-follow.js';

export interface LiveListHookOptions<Item> extends Omit<
  FollowOptions,
  'snapshot' | 'on' | 'cursor' | 'transport'
> {
  /** Not `event-source`: the list needs the events of all types. */
  readonly transport?: 'auto' | 'fetch' | undefined;
  /**
   * Where the list is stored: a URL that answers with a JSON array and `Last-Event-ID` (further pages are read
   * through `Link`, `rel="next"`), or a function that reads it.
   */
  readonly snapshot: string | ((request: SnapshotRequest) => Promise<ListSnapshot<Item>>);
  /** Identifies an item: the name of a member, or a function. */
  readonly key: (keyof Item & string) | ((item: Item) => string);
  /**
   * What an event does to the list. By default the last word of its type says so, as in `order.created`: `create(d)`
   * and `update(d)` put the data, `remove(d)` and `delete(d)` remove the item with the same key.
   */
  readonly change?: ((event: FollowEvent) => ListChange<Item>) | undefined;
  /** Where a new item goes; `last` by default. */
  readonly insert?: 'first' | 'last' | undefined;
  /** The order of the list; without it, the order of the snapshot. */
  readonly compare?: ((one: Item, other: Item) => number) | undefined;
}

export interface LiveListState<Item> {
  readonly items: readonly Item[];
  /** The first snapshot has arrived. */
  readonly loaded: boolean;
  readonly status: FollowStatus;
  readonly error: FollowError | null;
  /** Reads the stored list again. */
  readonly reload: () => void;
}

/**
 * A list that stays up to date: the stored list, and every event since.
 *
 * ```tsx
 * const { items, status } = useLiveList<Order>({
 *   url: '/api/events',
 *   topic: 'orders',
 *   snapshot: '/api/orders',
 *   key: 'id',
 * });
 * ```
 */
export function useLiveList<Item extends object>(
  options: LiveListHookOptions<Item>,
): LiveListState<Item> {
  const { snapshot, key, change, insert = 'last', compare, ...rest } = options;
  const keyOf = keyFunction(key);
  const [list] = useState(() => new LiveList<Item>({ keyOf, insert, ...(compare && { compare }) }));
  const [{ loaded, generation }, setProgress] = useState({ loaded: false, generation: 0 });

  const read = async (request: SnapshotRequest): Promise<string> => {
    const stored =
      typeof snapshot === 'string'
        ? await readAll<Item>(snapshot, request, options)
        : await snapshot(request);
    // A function may ignore the signal, and answer after a newer snapshot.
    request.signal.throwIfAborted();
    list.replace(stored.items);
    setProgress((progress) => ({ ...progress, loaded: true }));
    return stored.cursor;
  };
  const { status, error } = useFollow({
    ...rest,
    snapshot: read,
    on: { '*': (_, event) => list.apply(change ? change(event) : changeOf(event, keyOf)) },
    // Another value opens another stream, which starts from a snapshot.
    ...({ generation } as object),
  });

  const reload = useCallback(
    () => setProgress((progress) => ({ ...progress, generation: progress.generation + 1 })),
    [],
  );
  const items = useSyncExternalStore(list.subscribe, list.items, list.items);
  return { items, loaded, status, error, reload };
}

function changeOf<Item>(
  { type, data }: FollowEvent,
  keyOf: (item: Item) => string,
): ListChange<Item> {
  const verb = type.split(/[./:]/).at(-1)!;
  if (/^(created?|updated?)$/.test(verb)) return { put: data as Item };
  if (/^(removed?|deleted?)$/.test(verb)) return { remove: keyOf(data as Item) };
  return null;
}

function keyFunction<Item>(key: LiveListHookOptions<Item>['key']): (item: Item) => string {
  return typeof key === 'function' ? key : (item) => String(item[key]);
}

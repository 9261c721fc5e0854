import { type KeysResult, go } from 'fuzzysort';
import type { ReactNode } from 'react';
import type { Item } from './finder-items.js';

/** As many as are looked through at a glance. */
const MAX_FOUND = 12;
/** The advantage of an item over the next one, relative to the score of its match. */
const RECENT = 0.002;

/** An item, and its title with the parts that match. */
export interface FoundItem {
  readonly item: Item;
  readonly title: (show: (part: string, index: number) => ReactNode) => ReactNode;
}

/** The items whose title or detail contains what is typed, in this order and with gaps; the best match first. */
export function findItems(typed: string, items: readonly Item[]): FoundItem[] {
  if (typed.trim() === '')
    return items
      .filter(({ kind }) => kind !== 'person')
      .slice(0, MAX_FOUND)
      .map((item) => ({ item, title: () => item.title }));
  const places = new Map(items.map((item, index) => [item, index]));
  const found = go<Item>(typed.normalize().trim(), items, {
    keys: ['title', ({ kind, detail }) => (kind === 'command' ? null : detail)],
    limit: MAX_FOUND,
    threshold: 0.3,
    scoreFn: (result) => result.score * (1 - RECENT * Math.min(100, places.get(result.obj)!)),
  });
  return found.map((result) => ({ item: result.obj, title: (show) => highlighted(result, show) }));
}

/** A title without a match is shown as it is. */
function highlighted(
  { 0: title, obj }: KeysResult<Item>,
  show: (part: string, index: number) => ReactNode,
): ReactNode {
  return title !== undefined && title.indexes.length > 0 ? title.highlight(show) : obj.title;
}

import { required } from './headers.js';
import { nextLink } from './link.js';
import { request } from './request.js';

/** A response and the cursor as of which it was read. */
export interface Read<Body> {
  readonly body: Body;
  readonly cursor: string;
}

export async function read<Body>(url: string, signal?: AbortSignal): Promise<Read<Body>> {
  const { body, headers } = await request<Body>(url, signal && { signal });
  return { body, cursor: required(headers, 'Last-Event-ID') };
}

/** All pages of a list, with the cursor of the first page: the stream delivers what changes between two pages. */
export async function readAll<Item>(url: string, signal?: AbortSignal): Promise<Read<Item[]>> {
  const first = await request<Item[]>(url, signal && { signal });
  const items = [...first.body];
  for (let next = nextLink(first.headers); next !== null;) {
    const page = await request<Item[]>(next, signal && { signal });
    items.push(...page.body);
    next = nextLink(page.headers);
  }
  return { body: items, cursor: required(first.headers, 'Last-Event-ID') };
}

/** The number of pages after which a search stops, although more pages follow. */
const MAX_PAGES = 10;

interface Wanted<Item> {
  readonly signal: AbortSignal;
  readonly isWanted: (item: Item) => boolean;
  readonly enough: number;
}

/** A part of what a search finds. */
export interface Found<Item> {
  readonly items: readonly Item[];
  /** Whether pages follow that were not read: items may be missing, even all of them. */
  readonly hasMore: boolean;
}

/** The items of a search that are wanted, from as many pages as it takes to have enough of them, and ten at the most. */
export async function readUntil<Item>(
  url: string,
  { signal, isWanted, enough }: Wanted<Item>,
): Promise<Found<Item>> {
  const items: Item[] = [];
  let next: string | null = url;
  for (let page = 0; next !== null && page < MAX_PAGES && items.length < enough; page++) {
    const { body, headers }: { body: Item[]; headers: Headers } = await request<Item[]>(next, {
      signal,
    });
    items.push(...body.filter(isWanted));
    next = nextLink(headers);
  }
  return { items, hasMore: next !== null };
}

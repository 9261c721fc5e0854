import { FollowError } from './errors.js';
import type { FollowOptions, SnapshotRequest } from './options.js';
import { readJson } from './read-json.js';

/** The list as it is stored. Every event after the cursor is applied to it. */
export interface ListSnapshot<Item> {
  readonly items: readonly Item[];
  readonly cursor: string;
}

/**
 * Reads all pages. The cursor is that of the first: events since may repeat what later pages show.
 *
 * @throws FollowError `snapshot` if a page links to another origin, which must not receive the token
 */
export async function readAll<Item>(
  url: string,
  { signal, headers }: SnapshotRequest,
  { credentials, fetch }: Pick<FollowOptions, 'credentials' | 'fetch'>,
): Promise<ListSnapshot<Item>> {
  const options = { signal, headers, ...(credentials && { credentials }), ...(fetch && { fetch }) };
  const first = await readJson<Item[]>(url, options);
  const items = [...first.body];
  for (let { next } = first; next !== null;) {
    refuseForeign(next, url);
    const page = await readJson<Item[]>(next, options);
    items.push(...page.body);
    next = page.next;
  }
  return { items, cursor: first.cursor };
}

function refuseForeign(next: string, url: string): void {
  const { origin } = new URL(url, globalThis.document?.baseURI);
  if (new URL(next).origin === origin) return;
  throw new FollowError(
    'snapshot',
    `The header Link of ${url} names another origin, which must not receive the token: ${next}`,
  );
}

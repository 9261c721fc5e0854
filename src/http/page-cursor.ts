import { hash } from 'node:crypto';
import { invalidParameters } from './validation.js';

/** Counts up when what follows it changes: a cursor of another version is refused. */
const VERSION = 1;
const CHECKSUM = 8; // bytes

/** What is wrong with a cursor, and what would be right. */
export const NO_CURSOR =
  'must be the cursor of this list, for the same caller and with the same parameters: follow the header Link, or leave it out to start again';

/**
 * The cursor of the page after a row: opaque to clients, and self-contained. It carries the sort key of the row, so it
 * stays good when the row is gone or its reader may no longer see it. It says nothing about permissions: each page is read
 * with those of its caller, so nothing is gained by making one up.
 *
 * @param list what must not change from page to page, as text; the cursor carries a checksum of it.
 */
export const encodePageCursor = (list: string, key: string): string =>
  Buffer.concat([Buffer.of(VERSION), checksumOf(list, key), Buffer.from(key)]).toString(
    'base64url',
  );

/**
 * The sort key in a cursor.
 *
 * @param keys what a sort key of the list looks like: a client may have made the cursor up.
 * @throws Problem `invalid-parameter`: it is no cursor, or one of another list, order or filter.
 */
export function decodePageCursor(list: string, cursor: string, keys: RegExp): string {
  const key = Buffer.from(cursor, 'base64url').toString('latin1', 1 + CHECKSUM);
  // Whatever the decoder has skipped or changed makes it another cursor.
  if (keys.test(key) && encodePageCursor(list, key) === cursor) return key;
  throw invalidParameters([{ field: 'after', detail: NO_CURSOR }]);
}

const checksumOf = (list: string, key: string): Buffer =>
  hash('sha256', `${list}\0${key}`, 'buffer').subarray(0, CHECKSUM);

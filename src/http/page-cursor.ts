import { hash } from 'node:crypto';
import { invalidParameters } from './validation.js';

/** Incremented when the format changes. Cursors of other versions are refused. */
const VERSION = 1;
const CHECKSUM = 8; // bytes

/** The error message for an invalid cursor. */
export const NO_CURSOR =
  'must be a cursor from the Link header of this list, for the same caller and the same parameters; leave it out to start from the first page';

/**
 * The cursor of the page after a row: opaque to clients, and self-contained. It contains the sort key of the row, so it
 * stays valid when the row is deleted or becomes invisible to the reader. It grants no permissions: each page is read
 * with those of its caller, so forging a cursor is pointless. Clients can decode it: the key must be that of a row that
 * the caller may see when the page is read.
 *
 * @param list the parts of the request that must be the same for all pages, as text. The cursor contains a checksum of
 *   it.
 */
export const encodePageCursor = (list: string, key: string): string =>
  Buffer.concat([Buffer.of(VERSION), checksumOf(list, key), Buffer.from(key)]).toString(
    'base64url',
  );

/**
 * Decodes the sort key in a cursor.
 *
 * @param keys the syntax of the sort keys of the list, because a client may have forged the cursor.
 * @throws Problem `invalid-parameter`: it is not a cursor, or a cursor of another list, order or filter.
 */
export function decodePageCursor(list: string, cursor: string, keys: RegExp): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8', 1 + CHECKSUM);
  // The decoder is lenient: a text that it skipped or changed is not the same cursor.
  if (keys.test(key) && encodePageCursor(list, key) === cursor) return key;
  throw invalidParameters([{ field: 'after', detail: NO_CURSOR }]);
}

const checksumOf = (list: string, key: string): Buffer =>
  hash('sha256', `${list}\0${key}`, 'buffer').subarray(0, CHECKSUM);

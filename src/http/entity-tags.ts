import { hash } from 'node:crypto';

/**
 * Entity tags, RFC 9110, 8.8.3. A tag is a digest of the bytes without a content coding, so whoever changes the row, this
 * program or another, changes the tag. In a content coding the representation has other bytes, and its tag a suffix:
 * `"x-br"`, as in the example of 8.8.3.3.
 */
export function entityTag(body: string | Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
}

/** The tag of the same representation in a content coding. */
export const codedTag = (tag: string, coding: string): string =>
  coding === 'identity' ? tag : `${tag.slice(0, -1)}-${coding}"`;

/** The codings whose names are appended to a tag: by this server, and by Apache when it compresses. */
const SUFFIXES = /^-(gzip|br|zstd|deflate)(?:-(?:gzip|br|zstd|deflate))*$/;

/** Any representation that there is, or the opaque parts of the tags that were listed. */
export type NamedTags = '*' | readonly string[];

/** One element of a list, which may be empty (5.6.1), and what separates it. `etagc` includes commas, and bytes above 0x7F. */
const ELEMENT = /[ \t]*(?:(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

const TAG = String.raw`(W/)?"[\x21\x23-\x7e\x80-\xff]*"[ \t]*`;

/** What `parseEntityTags` reads, as a pattern for the API's description. */
export const ENTITY_TAGS = String.raw`^(\*|([ \t]*,)*[ \t]*${TAG}(,[ \t]*(${TAG})?)*)$`;

/**
 * Reads `If-Match` or `If-None-Match`. Whether a tag is weak is not kept: proxies that compress make a strong tag weak
 * (nginx, HAProxy), and equal digests mean equal content either way.
 *
 * @returns `undefined` where it is neither `*` nor a list of entity tags.
 */
export function parseEntityTags(header: string): NamedTags | undefined {
  if (header.trim() === '*') return '*';
  const tags: string[] = [];
  for (ELEMENT.lastIndex = 0; ELEMENT.lastIndex < header.length;) {
    const element = ELEMENT.exec(header);
    if (!element) return undefined;
    if (element[1] !== undefined) tags.push(element[1]);
  }
  return tags.length > 0 ? tags : undefined;
}

/** Whether the current state is one of those named, in whatever coding the client received it: for `If-Match` (13.1.1). */
export const namesState = (named: NamedTags, tag: string): boolean =>
  named === '*' || named.some((opaque) => codingOf(opaque, tag) !== undefined);

/**
 * Whether the client has this very representation: for `If-None-Match` (13.1.2). A tag with another coding stands for other
 * bytes, which a cache must not be sent to use, unless the representation has no coding here: then a proxy has applied it.
 *
 * @param tag without the suffix of the coding.
 * @param isAcceptable whether the client takes a coding.
 */
export const namesRepresentation = (
  named: NamedTags,
  tag: string,
  coding: string,
  isAcceptable: (coding: string) => boolean,
): boolean =>
  named === '*' ||
  named.some((opaque) => {
    const received = codingOf(opaque, tag);
    if (received === undefined) return false;
    return received === coding || (coding === 'identity' && isAcceptable(received));
  });

/**
 * In which coding a tag names the state that `tag` names; `undefined` where it names another state. Of several suffixes the
 * first counts: Apache appends one more to the tag of a 304, which has no `Content-Encoding` that would keep it from it.
 */
function codingOf(opaque: string, tag: string): string | undefined {
  const digest = tag.slice(1, -1);
  if (opaque === digest) return 'identity';
  return opaque.startsWith(digest) ? SUFFIXES.exec(opaque.slice(digest.length))?.[1] : undefined;
}

import { hash } from 'node:crypto';

/**
 * Creates an entity tag (RFC 9110, 8.8.3): a digest of the bytes without a content coding, so the tag changes with the
 * row, whichever program changes it. The same representation in a content coding has other bytes, and the tag gets a
 * suffix, such as `"x-br"`, as in the example of 8.8.3.3.
 */
export function entityTag(body: string | Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
}

/** The tag of the same representation in a content coding. */
export const codedTag = (tag: string, coding: string): string =>
  coding === 'identity' ? tag : `${tag.slice(0, -1)}-${coding}"`;

/** The suffixes of codings, as appended by this server and by a compressing Apache. */
const SUFFIXES = /^-(gzip|br|zstd|deflate)(?:-(?:gzip|br|zstd|deflate))*$/;

/** `*` for any representation, or the opaque parts of the listed tags. */
export type NamedTags = '*' | readonly string[];

/** One list element, which may be empty (5.6.1), and its separator. `etagc` includes commas and bytes above 0x7F. */
const ELEMENT = /[ \t]*(?:(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

const TAG = String.raw`(W/)?"[\x21\x23-\x7e\x80-\xff]*"[ \t]*`;

/** The syntax that `parseEntityTags` accepts, as a pattern for the API description. */
export const ENTITY_TAGS = String.raw`^(\*|([ \t]*,)*[ \t]*${TAG}(,[ \t]*(${TAG})?)*)$`;

/**
 * Parses `If-Match` or `If-None-Match`. Ignores whether a tag is weak: compressing proxies make strong tags weak
 * (nginx, HAProxy), and equal digests mean equal content in any case.
 *
 * @returns `undefined` if the header is neither `*` nor a list of entity tags.
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

/** Whether the list contains the current state, in any coding: for `If-Match` (13.1.1). */
export const namesState = (named: NamedTags, tag: string): boolean =>
  named === '*' || named.some((opaque) => codingOf(opaque, tag) !== undefined);

/**
 * Whether the client has exactly this representation: for `If-None-Match` (13.1.2). A tag with another coding stands
 * for other bytes, and a cache must not be directed to use them, unless the representation has no coding here: then a
 * proxy has applied it.
 *
 * @param tag without the suffix of the coding.
 * @param isAcceptable whether the client accepts a coding.
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
 * The coding of a tag that stands for the same state as `tag`; `undefined` if it stands for another state. The first of
 * several suffixes counts: Apache appends one more to the tag of a 304, which has no `Content-Encoding` to prevent
 * that.
 */
function codingOf(opaque: string, tag: string): string | undefined {
  const digest = tag.slice(1, -1);
  if (opaque === digest) return 'identity';
  return opaque.startsWith(digest) ? SUFFIXES.exec(opaque.slice(digest.length))?.[1] : undefined;
}

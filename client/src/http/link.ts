/** The target of `rel="next"` in a Link header (RFC 8288), or null where there is no next page. */
export function nextLink(headers: Headers): string | null {
  return headers.get('Link')?.match(/<([^>]*)>[^<]*;\s*rel="?next"?/)?.[1] ?? null;
}

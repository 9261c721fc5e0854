/** Where the hub of the Mercure protocol is. */
export const HUB_PATH = '/.well-known/mercure';

/** Percent-encoded characters that stand for themselves (RFC 3986, 2.3). */
const UNRESERVED = /%(2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/gi;
/** A relative path that a URL does not change, except for dot segments. Most topics are such a path. */
const PLAIN_PATH = /^[\w.~@-]+(?:\/[\w.~@-]+)*$/;
/** A base from which the last segment of HUB_PATH can come. */
const UNUSUAL_BASE = /mercure\/|%/;
const ANY_HOST = 'http://localhost';

/**
 * Whether a topic is the address of a hub or below it, on any host and however it is written. The hub itself publishes
 * there.
 *
 * @param base the URL that relative topics are resolved against.
 */
export function isHubTopic(topic: string, base: string): boolean {
  // Parsing two URLs takes microseconds, for each topic of each event.
  if (PLAIN_PATH.test(topic) && !topic.includes('mercure') && !UNUSUAL_BASE.test(base))
    return false;
  const url = URL.parse(topic, base);
  if (!url) return false;
  const path = normalized(url);
  return path === HUB_PATH || path.startsWith(`${HUB_PATH}/`);
}

/** Decoding may bring up dots, so the path is resolved again. */
function normalized({ pathname }: URL): string {
  const decoded = pathname.replace(UNRESERVED, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decoded.startsWith('/')
    ? new URL(decoded.replace(/^\/+/, '/'), ANY_HOST).pathname
    : decoded;
}

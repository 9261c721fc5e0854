/** Characters of a `Prefer` header that is read. Longer ones are ignored, as any preference may be. */
const LONGEST = 1000;

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const PREFERENCES = new RegExp(`(?:[^",]|${QUOTED})+`, 'g');
/** A name, and a value that may be absent, empty or quoted. Parameters follow. */
const PREFERENCE = new RegExp(`^\\s*(${TOKEN}+)\\s*(?:=\\s*(${QUOTED}|${TOKEN}*)\\s*)?(?:;|$)`);

/**
 * The value of a preference in a `Prefer` header (RFC 7240, 2), where the first of several counts; `undefined` where the
 * client has none. What is unknown or malformed is ignored.
 *
 * @param name in lower case.
 */
export function preference(header: string | undefined, name: string): string | undefined {
  if (header === undefined || header.length > LONGEST) return undefined;
  for (const text of header.match(PREFERENCES) ?? []) {
    const [, given, value = ''] = PREFERENCE.exec(text) ?? [];
    if (given?.toLowerCase() === name) return unquoted(value).toLowerCase();
  }
  return undefined;
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;

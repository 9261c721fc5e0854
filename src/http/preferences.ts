/** Maximum length of a `Prefer` header. Longer ones are ignored, as the standard allows for any preference. */
const MAX_LENGTH = 1000;

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const PREFERENCES = new RegExp(`(?:[^",]|${QUOTED})+`, 'g');
/** A name with an optional value, which may be empty or quoted. Parameters follow. */
const PREFERENCE = new RegExp(`^\\s*(${TOKEN}+)\\s*(?:=\\s*(${QUOTED}|${TOKEN}*)\\s*)?(?:;|$)`);

/**
 * The value of a preference in a `Prefer` header (RFC 7240, 2), of which the first occurrence counts; `undefined` if
 * there is none. Unknown and malformed preferences are ignored.
 *
 * @param name in lower case.
 */
export function preference(header: string | undefined, name: string): string | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined;
  for (const text of header.match(PREFERENCES) ?? []) {
    const [, given, value = ''] = PREFERENCE.exec(text) ?? [];
    if (given?.toLowerCase() === name) return unquoted(value).toLowerCase();
  }
  return undefined;
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;

/**
 * Says what keeps some readers from JSON that `JSON.stringify` has written, as the end of a sentence: type jsonb of PostgreSQL
 * takes neither U+0000 nor unpaired surrogates, and some parsers refuse the latter.
 */
export function portabilityMistake(json: string): string | undefined {
  // JSON.stringify escapes both. A backslash in a text is escaped by another one.
  return /(?<!\\)(\\\\)*\\u(0000|d[89a-f]..)/.test(json)
    ? 'must not contain U+0000 or unpaired surrogates'
    : undefined;
}

/**
 * The maximum number of objects and arrays around a value in the data of an event. SQLite reads 1,000 or 2,000 levels,
 * according to its version, and some JSON parsers fewer.
 */
export const MAX_JSON_DEPTH = 500;

const STRINGS = /"(?:[^"\\]|\\.)*"/gs;

/** @param json valid JSON. */
export function isTooDeep(json: string): boolean {
  if (json.length <= 2 * MAX_JSON_DEPTH) return false;
  let depth = 0;
  for (const character of json.replace(STRINGS, ''))
    if (character === '{' || character === '[') {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (character === '}' || character === ']') depth--;
  return false;
}

/** The shape of a JSON text, found without parsing it. The parser reports text that is not JSON. */
export interface JsonShape {
  /** The maximum nesting of objects and arrays. */
  readonly depth: number;
  /** The number of commas between members and elements. */
  readonly commas: number;
  /** A name that occurs twice in one object. */
  readonly repeated: string | undefined;
}

/**
 * Reads the bytes, which are UTF-8, in one pass.
 *
 * @param deepest the pass stops at a deeper nesting, without counting the rest.
 */
export function shapeOf(json: Buffer, deepest: number): JsonShape {
  /** The names found so far in each open object; `undefined` for an array. */
  const open: (Set<string> | undefined)[] = [];
  let [depth, commas] = [0, 0];
  let repeated: string | undefined;
  let inString = false;
  let [start, end] = [NONE, NONE]; // of the last string
  for (let i = 0; i < json.length && depth <= deepest; i++) {
    const byte = json[i];
    if (byte === QUOTE) {
      inString = !inString;
      if (inString) start = i;
      else end = i + 1;
    } else if (inString) i += byte === BACKSLASH ? 1 : 0;
    else if (byte === BRACKET || byte === BRACE) depth = Math.max(depth, open.push(undefined));
    else if (byte === BRACKET_END || byte === BRACE_END) open.pop();
    else if (byte === COMMA) commas++;
    else if (byte === COLON && start !== NONE && open.length > 0) {
      const name = nameIn(json.toString('utf8', start, end));
      const names = (open[open.length - 1] ??= new Set());
      if (names.has(name)) repeated ??= name;
      names.add(name);
      start = NONE; // otherwise a text that is not JSON, such as "a"::::, would be read again for each colon
    }
  }
  return { depth, commas, repeated };
}

/** The name in a string with its quotes. An escaped character equals the character itself. */
function nameIn(text: string): string {
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
}

const NONE = -1;
const [QUOTE, BACKSLASH, BRACKET, BRACKET_END, BRACE, BRACE_END, COMMA, COLON] =
  Buffer.from('"\\[]{},:');

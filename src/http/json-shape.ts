/** What is known of a JSON text before it is parsed. What is not JSON is left to the parser. */
export interface JsonShape {
  /** How deep objects and arrays are nested. */
  readonly depth: number;
  /** Those that separate members and elements. */
  readonly commas: number;
  /** A name that two members of one object have. */
  readonly repeated: string | undefined;
}

/**
 * In one pass over the bytes, which are UTF-8.
 *
 * @param deepest the pass ends where it is nested deeper, and does not count what follows.
 */
export function shapeOf(json: Buffer, deepest: number): JsonShape {
  /** The names so far of each object that is open; none for an array. */
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
      start = NONE; // or a text that is no JSON, such as "a"::::, would have it read for each colon
    }
  }
  return { depth, commas, repeated };
}

/** Of a string with its quotes: an escaped character is the same name as the character. */
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

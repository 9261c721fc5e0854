import { isUtf8 } from 'node:buffer';
import { shapeOf } from './json-shape.js';
import { Problem, shorten } from './problems.js';

/** Maximum nesting of objects and arrays: deeper than any legitimate body, but not deep enough to overflow the stack. */
const MAX_DEPTH = 64;
/** Maximum length of a name in an error, in UTF-16 code units. */
const MAX_QUOTED_NAME = 100;
/** Some programs of Windows send it. Parsers may ignore it (RFC 8259, 8.1). */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Parses a body, which can be any JSON. The validation reports a body that is not an object.
 *
 * @throws Problem `malformed-request`
 */
export function parseJson(body: Buffer, maxValues: number): unknown {
  refuseWhatDoesNotParse(body, maxValues);
  const text = body.toString();
  try {
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch (error) {
    const { message } = error as SyntaxError;
    throw new Problem('malformed-request', `The body is not JSON: ${message}.`);
  }
}

function refuseWhatDoesNotParse(body: Buffer, maxValues: number): void {
  // The parser would replace invalid bytes by U+FFFD, and the client would never know.
  if (!isUtf8(body)) throw new Problem('malformed-request', 'The body is not valid UTF-8.');
  const { depth, commas, repeated } = shapeOf(body, MAX_DEPTH);
  if (depth > MAX_DEPTH)
    throw new Problem(
      'malformed-request',
      `The body is nested too deeply. The maximum is ${MAX_DEPTH} levels.`,
    );
  if (commas >= maxValues)
    throw new Problem(
      'malformed-request',
      `The body has too many values. The maximum is ${maxValues}.`,
    );
  // Parsers differ in which of the two members they use (RFC 8259, 4), so a proxy may have checked the other one.
  if (repeated !== undefined)
    throw new Problem(
      'malformed-request',
      `The body has an object with two members named "${shorten(repeated.toWellFormed(), MAX_QUOTED_NAME)}".`,
    );
}

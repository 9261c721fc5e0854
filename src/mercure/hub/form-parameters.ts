/** The pairs of a form, in order. */
export type FormParameters = readonly (readonly [name: string, value: string])[];

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses the query of a URL or the body of a form (URL Standard, 5.1). Unlike the standard, it refuses bytes that are not
 * UTF-8 instead of replacing them.
 *
 * @param text its characters are bytes.
 * @throws RangeError a name or value is not UTF-8. The message is a sentence.
 */
export const parseForm = (text: string): FormParameters =>
  text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [decoded(pair), '']
        : [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))];
    });

/** The values of a parameter, in order. */
export const valuesOf = (parameters: FormParameters, name: string): string[] =>
  parameters.filter(([each]) => each === name).map(([, value]) => value);

function decoded(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    throw new RangeError('Names and values must be UTF-8.');
  }
}

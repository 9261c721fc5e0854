import { isUtf8 } from 'node:buffer';
import { unescape } from 'node:querystring';

const ENCODED_BYTE = /%([\da-f]{2})/gi;

/** The names of the query parameters whose values are not UTF-8. The parser replaces invalid bytes by U+FFFD. */
export function namesOfInvalidUtf8(url: string): string[] {
  const start = url.indexOf('?');
  // Most queries encode nothing.
  if (start < 0 || !url.includes('%', start)) return [];
  const parameters = url.slice(start + 1).split('&');
  return parameters.filter((text) => !isUtf8(bytesOf(text))).map(nameOf);
}

const bytesOf = (text: string): Buffer =>
  Buffer.from(
    text.replace(ENCODED_BYTE, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );

const nameOf = (parameter: string): string =>
  unescape(parameter.split('=', 1)[0]!.replaceAll('+', ' '));

/** Whether the percent-encoded path of a request can be decoded. */
export function canDecode(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

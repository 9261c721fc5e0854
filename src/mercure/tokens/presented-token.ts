import type { Request } from 'express';
import { parseForm, valuesOf } from '../hub/form-parameters.js';

/** A token as a request presents it. */
export interface PresentedToken {
  readonly token: string;
  /** Whether a browser sent it by itself, whatever page made the request. */
  readonly isCookie: boolean;
}

const BEARER = /^Bearer +([\w.~+/=-]+) *$/i;

/**
 * The token of a request: of the header `Authorization`, or else of a cookie, or else of the query.
 *
 * @param cookies their names. The first cookie that exists is used.
 * @param takesQuery whether the deprecated parameter `authorization` is read.
 * @throws RangeError the header is malformed. The message is a sentence.
 */
export function presentedToken(
  request: Request,
  cookies: readonly string[],
  takesQuery: boolean,
): PresentedToken | undefined {
  const header = request.get('Authorization');
  if (header !== undefined) return { token: bearerIn(request, header), isCookie: false };
  const cookie = cookies.map((name) => cookieIn(request, name)).find(Boolean);
  if (cookie) return { token: cookie, isCookie: true };
  const [token] = takesQuery ? valuesOf(parseForm(queryOf(request)), 'authorization') : [];
  return token ? { token, isCookie: false } : undefined;
}

/** The query of a request as it was sent. */
export const queryOf = ({ originalUrl }: Request): string => {
  const start = originalUrl.indexOf('?');
  return start < 0 ? '' : originalUrl.slice(start + 1);
};

function bearerIn(request: Request, header: string): string {
  const [, token] = BEARER.exec(header) ?? [];
  // Node keeps the first header only, and a proxy may have checked another one.
  const count = request.rawHeaders.filter(
    (name, index) => index % 2 === 0 && /^authorization$/i.test(name),
  ).length;
  if (token && count === 1) return token;
  throw new RangeError('The Authorization header must be Bearer followed by one access token.');
}

function cookieIn(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key = '', ...value] = pair.split('=');
    if (key.trim() === name)
      return value
        .join('=')
        .trim()
        .replace(/^"(.*)"$/, '$1');
  }
  return undefined;
}

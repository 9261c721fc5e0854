import type { CookieOptions, Request, Response } from 'express';

const NAME = 'carillon_session';

/** Hidden from scripts, and not sent with requests of other sites (RFC 6265bis, 4.1.2). */
export const cookieOptions = (request: Request): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  secure: isSecure(request),
  path: '/',
});

const isSecure = ({ needsSecureCookie }: Request): boolean => needsSecureCookie ?? true;

/** With `__Host-` a browser takes the cookie from this host alone, not from a sibling, and for all paths (RFC 6265bis, 4.1.3.2). */
export const cookieNameFor = (isSecure: boolean): string => (isSecure ? `__Host-${NAME}` : NAME);

const nameFor = (request: Request): string => cookieNameFor(isSecure(request));

/**
 * The values of all session cookies in a request, each once: without `__Host-`, another program on the same host can
 * set a second one, for a longer path, which browsers then send first.
 */
export function sessionCookiesIn(request: Request): readonly string[] {
  const prefix = `${nameFor(request)}=`;
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const values = pairs
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length));
  return [...new Set(values)];
}

export function setSessionCookie(response: Response, token: string, expiresAt: string): void {
  if (!response.req.takesCookies) return;
  response.cookie(nameFor(response.req), token, {
    ...cookieOptions(response.req),
    expires: new Date(expiresAt),
  });
}

export function clearSessionCookie(response: Response): void {
  response.clearCookie(nameFor(response.req), cookieOptions(response.req));
}

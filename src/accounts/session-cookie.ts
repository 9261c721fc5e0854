import type { CookieOptions, Request, Response } from 'express';

export const SESSION_COOKIE = 'carillon_session';

/** Where a browser takes a connection for safe without TLS. */
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/i;

/** Out of reach for scripts, and not sent along by pages of other sites (RFC 6265bis, 4.1.2). */
const options = ({ hostname, secure }: Request): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  secure: secure || !LOCAL.test(hostname),
  path: '/',
});

export function setSessionCookie(response: Response, token: string, expiresAt: string): void {
  response.cookie(SESSION_COOKIE, token, {
    ...options(response.req),
    expires: new Date(expiresAt),
  });
}

export function clearSessionCookie(response: Response): void {
  response.clearCookie(SESSION_COOKIE, options(response.req));
}

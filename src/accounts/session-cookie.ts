import type { CookieOptions, Request, Response } from 'express';

export const SESSION_COOKIE = 'carillon_session';

/** Out of reach for scripts, and not sent along by pages of other sites (RFC 6265bis, 4.1.2). */
export const cookieOptions = ({ needsSecureCookie }: Request): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  secure: needsSecureCookie ?? true,
  path: '/',
});

export function setSessionCookie(response: Response, token: string, expiresAt: string): void {
  response.cookie(SESSION_COOKIE, token, {
    ...cookieOptions(response.req),
    expires: new Date(expiresAt),
  });
}

export function clearSessionCookie(response: Response): void {
  response.clearCookie(SESSION_COOKIE, cookieOptions(response.req));
}

import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import ms from 'ms';
import { randomBytes } from 'node:crypto';
import { networkOf } from '../http/client-address.js';
import { cookieOptions } from './session-cookie.js';

export const DEVICE_COOKIE = 'carillon_device';

/** The maximum lifetime of a cookie (RFC 6265bis, 5.6.1). */
const RETENTION = ms('400d');

/** Where a sign-in comes from. */
export interface SignInSource {
  /** See `networkOf`. */
  readonly network: string;
  /** The token of a browser that was used to sign in before; `undefined` if it sent none. */
  readonly device: string | undefined;
}

export const sourceOf = (request: Request): SignInSource => ({
  network: networkOf(request),
  device: parseCookie(request.headers.cookie ?? '')[DEVICE_COOKIE] || undefined,
});

/** 128 random bits. */
export const newDevice = (): string => randomBytes(16).toString('base64url');

/**
 * Lets the sign-in limiter recognise a browser in which someone signed in. The cookie signs nobody in, and is sent with
 * sign-ins alone (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */
export function setDeviceCookie(response: Response, device: string): void {
  if (!response.req.takesCookies) return;
  response.cookie(DEVICE_COOKIE, device, {
    ...cookieOptions(response.req),
    path: '/api/session',
    maxAge: RETENTION,
  });
}

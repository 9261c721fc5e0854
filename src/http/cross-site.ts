import type { Request } from 'express';
import { Problem } from './problems.js';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses what a page of another origin has its visitor's browser do: writes, and streams that come with their cookie.
 * By `Sec-Fetch-Site` (W3C Fetch Metadata) or, where a browser does not send it, by `Origin`.
 *
 * @param origins those whose pages may, `*` for all.
 * @throws Problem `cross-site-request`
 */
export function refuseForeignPages(request: Request, origins: readonly string[]): void {
  if (SAFE.includes(request.method) && !isStreamWithCookie(request)) return;
  if (!isForeign(request)) return;
  const origin = request.get('Origin');
  if (origins.includes('*') || (origin && origins.includes(origin))) return;
  throw new Problem(
    'cross-site-request',
    `A page of ${origin ?? 'another site'} may not do this. Its origin would have to be among CORS_ORIGINS.`,
  );
}

const isStreamWithCookie = ({ headers }: Request): boolean =>
  headers.cookie !== undefined && (headers.accept?.includes('text/event-stream') ?? false);

function isForeign(request: Request): boolean {
  const site = request.get('Sec-Fetch-Site');
  if (site) return site !== 'same-origin' && site !== 'none';
  const origin = request.get('Origin');
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== request.get('Host');
}

import type { Response } from 'express';
import { entityTag } from './entity-tags.js';
import { preference } from './preferences.js';

/**
 * Answers a write with a representation, or without a body where the client prefers that (RFC 7240, 4.2). There is no
 * `Vary: Prefer`: responses to writes are in no cache, and reads do not follow the header.
 */
export function represent<T extends object>(response: Response, representation: T): T | undefined {
  response.set('ETag', entityTag(JSON.stringify(representation)));
  keepAsItIs(response);
  const preferred = preference(response.req.get('Prefer'), 'return');
  if (preferred !== 'minimal' && preferred !== 'representation') return representation;
  response.set('Preference-Applied', `return=${preferred}`);
  if (preferred === 'representation') return representation;
  if (response.statusCode === 200) response.status(204);
  return undefined;
}

/** Tells proxies not to compress a response, which would change its tag or take it away (RFC 9110, 7.7). */
export function keepAsItIs(response: Response): void {
  // Whoever keeps it asks each time whether it is still the same.
  response.set('Cache-Control', `${response.get('Cache-Control') ?? 'no-cache'}, no-transform`);
}

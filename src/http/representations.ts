import type { Response } from 'express';
import { entityTag } from './entity-tags.js';

/** Gives the response to a write the entity tag of the representation that is its body. */
export function represent<T extends object>(response: Response, representation: T): T {
  response.set('ETag', entityTag(JSON.stringify(representation)));
  keepAsItIs(response);
  return representation;
}

/** Tells proxies not to compress a response, which would change its tag or take it away (RFC 9110, 7.7). */
export function keepAsItIs(response: Response): void {
  // Whoever keeps it asks each time whether it is still the same.
  response.set('Cache-Control', `${response.get('Cache-Control') ?? 'no-cache'}, no-transform`);
}

import type { Response } from 'express';
import { entityTag } from './entity-tags.js';

/** Sets the entity tag of the response to a write, whose body is the representation. */
export function represent<T extends object>(response: Response, representation: T): T {
  response.set('ETag', entityTag(JSON.stringify(representation)));
  keepAsItIs(response);
  return representation;
}

/** Prevents proxies from compressing a response, which would change or remove its tag (RFC 9110, 7.7). */
export function keepAsItIs(response: Response): void {
  // Caches must revalidate it each time.
  const control = response.get('Cache-Control') ?? 'no-cache';
  // A command that runs again has set it before.
  if (!control.includes('no-transform')) response.set('Cache-Control', `${control}, no-transform`);
}

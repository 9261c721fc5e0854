import type { Request, Response } from 'express';
import { createHash } from 'node:crypto';

/**
 * The strong entity tag of a representation (RFC 9110, 8.8.3): a digest of its bytes, so whoever changes
 * the row, this program or another, changes the tag.
 */
export function entityTag(body: string | Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

/** Answers with a representation, or without a body where the client prefers that (RFC 7240, 4.2). */
export function represent<T extends object>(response: Response, representation: T): T | undefined {
  response.set('ETag', entityTag(JSON.stringify(representation)));
  if (!prefersMinimal(response.req)) return representation;
  response.set('Preference-Applied', 'return=minimal');
  if (response.statusCode === 200) response.status(204);
  return undefined;
}

function prefersMinimal(request: Request): boolean {
  return /(^|[,;\s])return\s*=\s*"?minimal"?\s*($|[,;])/i.test(request.get('Prefer') ?? '');
}

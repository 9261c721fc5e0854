import type { Request } from 'express';
import { Problem } from './problems.js';

interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** The methods that some route answers at the path of this request, for an `Allow` header (RFC 9110, 10.2.1). */
export function allowedMethods(request: Request): string[] {
  const { stack } = request.app.router as unknown as { stack: Layer[] };
  const methods = stack
    .filter((layer) => layer.route && layer.match(request.path))
    .flatMap((layer) => Object.keys(layer.route!.methods))
    .filter((method) => method !== '_all')
    .map((method) => method.toUpperCase());
  if (methods.includes('GET')) methods.push('HEAD');
  return methods.length > 0 ? [...new Set(methods), 'OPTIONS'] : [];
}

export function methodNotAllowed({ path, method }: Request, allowed: readonly string[]): Problem {
  const allow = allowed.join(', ');
  return new Problem('method-not-allowed', `${path} answers ${allow}, not ${method}.`, {
    headers: { Allow: allow },
  });
}

/**
 * Answers a method that an address does not serve: OPTIONS with what it does serve, any other with an error.
 *
 * @throws Problem `method-not-allowed`
 */
export function refuseMethod(request: Request, served: readonly string[]): void {
  const allowed = [...served, 'OPTIONS'];
  if (request.method !== 'OPTIONS') throw methodNotAllowed(request, allowed);
  request.res!.status(204).set('Allow', allowed.join(', '));
}

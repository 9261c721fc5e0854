import type { Request } from 'express';

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

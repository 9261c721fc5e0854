interface SwaggerUi {
  readonly fn: {
    readonly jsonSchema202012: {
      sampleFormatAPI(format: string, generate: () => string): void;
    };
  };
}

/**
 * Makes Swagger UI show a placeholder for a UUID that the client generates. By default it shows the same UUID in all
 * bodies, so a second request would be refused or have no effect.
 *
 * Runs in the browser. Swagger UI gets the source text of the function, so it cannot use anything outside of itself.
 */
export function showUuidsToCome({ fn }: SwaggerUi): void {
  fn.jsonSchema202012.sampleFormatAPI('uuid', () => '{{new UUID}}');
}

/**
 * Replaces each placeholder in the body of a request by a new UUID, every time the request is sent.
 *
 * Runs in the browser as well.
 */
export function fillInUuids(request: { body?: unknown }): object {
  if (typeof request.body !== 'string') return request;
  request.body = request.body.replaceAll('{{new UUID}}', () => {
    // `randomUUID` exists only in secure contexts. A host in a local network without TLS is not one.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  });
  return request;
}

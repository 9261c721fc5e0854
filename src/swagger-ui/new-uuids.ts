interface SwaggerUi {
  readonly fn: {
    readonly jsonSchema202012: {
      sampleFormatAPI(format: string, generate: () => string): void;
    };
  };
}

/**
 * Makes Swagger UI show a placeholder in a body, for a UUID that the client generates. It would show the same UUID in all
 * bodies: the second request with it would be refused, or not carried out.
 *
 * Runs in the browser: Swagger UI gets its source text, so nothing outside of it can be used.
 */
export function showUuidsToCome({ fn }: SwaggerUi): void {
  fn.jsonSchema202012.sampleFormatAPI('uuid', () => '{{new UUID}}');
}

/**
 * Puts a new UUID where the body of a request has that placeholder, each time that it is sent.
 *
 * Runs in the browser, too.
 */
export function fillInUuids(request: { body?: unknown }): object {
  if (typeof request.body !== 'string') return request;
  request.body = request.body.replaceAll('{{new UUID}}', () => {
    // `randomUUID` is there only in secure contexts, to which a host in a local network without TLS does not belong.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  });
  return request;
}

type Parser = typeof import('eventsource-parser');

let loading: Promise<Parser> | undefined;

/**
 * `eventsource-parser`, which bundlers put into a file of its own: an `EventSource` needs it only after it has given up. The
 * server may be gone then, and a browser may remember until a reload that it could not load a module. So it is loaded as
 * soon as a stream has opened.
 */
export function loadParser(): Promise<Parser> {
  loading ??= import('eventsource-parser').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

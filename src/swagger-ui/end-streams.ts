type Execute = (request: object) => unknown;

/**
 * Wraps the action `executeRequest` of Swagger UI, which shows a response only when it has ended: ends an event stream
 * after five seconds, and shows the events received until then.
 *
 * Runs in the browser. Swagger UI gets the source text of the function, so it cannot use anything outside of itself.
 */
export function endStreams(execute: Execute): Execute {
  const userFetch: typeof fetch = async (url, options) => {
    const ending = new AbortController();
    const response = await fetch(url, { ...options, signal: ending.signal });
    const { status, statusText, headers, body } = response;
    if (!body || !headers.get('Content-Type')?.startsWith('text/event-stream')) return response;
    const timer = setTimeout(() => ending.abort(), 5000);
    let text = '';
    try {
      const decoded = body.pipeThrough(new TextDecoderStream());
      for (const reader = decoded.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) break;
        text += value;
      }
    } catch (error) {
      if (!ending.signal.aborted) throw error;
      text += ': Swagger UI ended the stream after 5 s. A subscriber stays connected.\n';
    } finally {
      clearTimeout(timer);
    }
    return new Response(text, { status, statusText, headers });
  };
  return (request) => execute({ ...request, userFetch });
}

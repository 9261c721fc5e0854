type Execute = (request: object) => unknown;

/**
 * Wraps the action `executeRequest` of Swagger UI, which shows a response only once it has ended: an event stream is ended
 * after five seconds, and what arrived until then is shown.
 *
 * Runs in the browser: Swagger UI gets its source text, so nothing outside of it can be used.
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

import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends the headers that are given and adds none, unlike `fetch`; the body comes as it is on the wire. */
export async function exchange(
  url: string,
  headers: Record<string, string | string[]> = {},
  method = 'GET',
  body?: unknown,
): Promise<Exchange> {
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const sent = request(url, { method, headers: { ...type, ...headers }, agent: false });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode!,
    headers: response.headers,
    body: await buffer(response),
  };
}

import { StartupError } from '@carillon/nestjs';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Config } from '../config.js';
import { OPEN_METRICS } from './open-metrics.js';
import { mayRead } from './settings.js';

type Settings = Pick<Config, 'METRICS_PORT' | 'METRICS_HOST' | 'METRICS_TOKEN'>;

/** A response: its status, its text, and headers. */
type Answer = readonly [number, string, Record<string, string>?];

const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

/**
 * Serves `/metrics` on METRICS_PORT, and nothing else: outside of the application and its limits, so that it also responds
 * when they are the problem.
 *
 * @returns `undefined` without METRICS_PORT.
 * @throws StartupError the port cannot be used.
 */
export async function serveMetrics(
  settings: Settings,
  text: () => Promise<string>,
): Promise<Server | undefined> {
  const { METRICS_PORT: port, METRICS_HOST: host } = settings;
  if (port === 0) return undefined;
  const server = createServer((request, response) => void answer(request, response));
  try {
    await once(server.listen(port, host), 'listening');
    return server;
  } catch (error) {
    throw new StartupError(
      `METRICS_PORT is "${port}" and METRICS_HOST "${host}": ${(error as Error).message}. Set them to a free port and an address of this machine.`,
    );
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, body, headers = TEXT] = await answerTo(request, settings, text);
    response.writeHead(status, { ...headers, 'Cache-Control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

async function answerTo(
  { url = '', method = '', headers }: IncomingMessage,
  settings: Settings,
  text: () => Promise<string>,
): Promise<Answer> {
  if (url.split('?')[0] !== '/metrics') return [404, 'This port serves only /metrics.\n'];
  if (method !== 'GET' && method !== 'HEAD')
    return [405, 'Use GET.\n', { ...TEXT, Allow: 'GET, HEAD' }];
  if (!mayRead(headers.authorization, settings))
    return [401, 'Send METRICS_TOKEN.\n', { ...TEXT, 'WWW-Authenticate': 'Bearer' }];
  try {
    return [200, await text(), { 'Content-Type': OPEN_METRICS }];
  } catch (error) {
    return [503, `The metrics cannot be read: ${(error as Error).message}\n`];
  }
}

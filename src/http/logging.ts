import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import type { Config } from '../config.js';
import { isStreaming } from './streaming-connections.js';

/**
 * Structured logs: readable on a terminal, JSON elsewhere. What is logged of a request names nobody: no
 * address, no header, no body, and of the URL only the path.
 */
export const loggingOptions = ({ LOG_LEVEL }: Config): Params => ({
  pinoHttp: {
    level: LOG_LEVEL,
    genReqId: ({ id }) => id,
    autoLogging: { ignore: ({ url }) => url?.startsWith('/health/') ?? false },
    serializers: {
      req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
        id,
        method,
        path: url.split('?')[0],
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
    customSuccessMessage: messageOf,
    // It was thrown far from here, or made of the status: its stack would tell nothing.
    customErrorObject: (_request, _response, { message }, line: object) => ({
      ...line,
      err: undefined,
      reason: message,
    }),
    customLogLevel: (_request, { statusCode }, error) =>
      error || statusCode >= 500 ? 'error' : 'info',
    ...(process.stdout.isTTY && {
      transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } },
    }),
  },
});

/** A response that is taken over for a stream counts as finished when the stream begins. */
function messageOf({ socket }: IncomingMessage, { writableEnded }: ServerResponse): string {
  if (isStreaming(socket)) return 'stream opened';
  return writableEnded ? 'request completed' : 'request aborted';
}

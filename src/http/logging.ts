import type { Request } from 'express';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Params } from 'nestjs-pino';
import type { Config } from '../config.js';

/** The request that is being processed. */
export const currentRequest = new AsyncLocalStorage<Request>();

/** A request as the log names it, without personal data: no address, no headers, no body, and only the path of the URL. */
export const describeRequest = ({ id, method, originalUrl }: Request) => ({
  id,
  method,
  path: originalUrl.split('?', 1)[0]!,
});

/** Structured logs: readable on a terminal, otherwise JSON. Every line that is logged for a request names it. */
export const loggingOptions = ({ LOG_LEVEL }: Config): Params => ({
  // `RequestLog` takes the place of the middleware, which creates a logger for each request.
  forRoutes: [],
  pinoHttp: {
    level: LOG_LEVEL,
    wrapSerializers: false,
    mixin: () => {
      const request = currentRequest.getStore();
      return request ? { req: describeRequest(request) } : {};
    },
    ...(process.stdout.isTTY && {
      transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } },
    }),
  },
});

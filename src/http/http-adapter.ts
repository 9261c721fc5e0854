import { StreamableFile } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, Response } from 'express';
import { createHttpServer } from './http-server.js';

const READS = new Set(['GET', 'HEAD']);

/** The adapter of Express, without what this service does not need. */
export class HttpAdapter extends ExpressAdapter {
  /** The options of Nest are for TLS, which a proxy terminates. */
  override initHttpServer(): void {
    this.httpServer = createHttpServer(this.getInstance<Express>());
  }

  /**
   * Sends the JSON responses of writes itself. `response.json` of Express looks up settings, and evaluates the conditions
   * of a read, which takes 3 µs.
   */
  override reply(response: Response, body: unknown, status?: number): unknown {
    if (READS.has(response.req.method) || !isJson(body))
      return super.reply(response, body, status) as unknown;
    const text = JSON.stringify(body);
    response.statusCode = status ?? response.statusCode;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', Buffer.byteLength(text));
    return response.end(text);
  }
}

const isJson = (body: unknown): body is object =>
  typeof body === 'object' &&
  body !== null &&
  !(body instanceof StreamableFile) &&
  !ArrayBuffer.isView(body);

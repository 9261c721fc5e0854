import { Streams, type StreamView } from '@carillon/nestjs';
import { type RepeatableOpening, Scheduler } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { RateLimit } from './rate-limit.js';
import { RequestLog } from './request-log.js';

const STREAM = 'text/event-stream';

/** The most openings that are remembered, and the longest head of their requests. */
const MAX_REMEMBERED = 1000;
const MAX_LENGTH = 2000;

/**
 * Headers that make a request different from another one with the same head: credentials, which end, a body, what only one
 * of them wants, and what counts only if a trusted proxy sends it.
 */
const DISTINCT = new Set([
  'authorization',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'transfer-encoding',
  'upgrade',
  'x-forwarded-host',
  'x-request-id',
]);

/** Headers that differ between requests for which everything else is the same. They are read for each of them. */
const OWN = new Set(['last-event-id', 'x-forwarded-for']);

/** What an opening has decided for every request with the same head. */
interface Remembered {
  readonly view: StreamView;
  readonly route: unknown;
  /** The head of the response to the request with an id. */
  readonly headFor: (id: string) => string;
}

type Listener = (request: Request, response: Response) => void;

/**
 * Opens streams for anonymous requests that repeat the head of an earlier one, byte for byte. What Express, Nest and the
 * guards decided for that one holds for them, too: only limits, the shutdown and the cursor differ. When all subscribers of
 * a process come back, deciding again for each would be half of the CPU time of their openings.
 */
@Injectable()
export class RepeatedStreams {
  readonly #remembered = new Map<string, Remembered>();

  constructor(
    private readonly streams: Streams,
    private readonly scheduler: Scheduler,
    private readonly rateLimit: RateLimit,
    private readonly log: RequestLog,
  ) {}

  /** Must be called before the application is initialized. */
  serve(server: Server): void {
    const [serve] = server.listeners('request') as unknown as [Listener];
    server.removeAllListeners('request');
    server.on('request', (request: Request, response: Response) => {
      const remembered = this.#remembered.get(keyOf(request) ?? '');
      if (!remembered) return serve(request, response);
      this.scheduler.add('opening', () => {
        if (!this.#open(remembered, request, response)) serve(request, response);
      });
    });
    this.streams.repeatable.subscribe((opening) => this.#remember(opening));
  }

  #open({ view, route, headFor }: Remembered, request: Request, response: Response): boolean {
    const start = performance.now();
    const id = randomUUID();
    Object.assign(request, { id, res: response, route, originalUrl: request.url });
    const isOpen = this.streams.openAgain(view, request, headFor(id), this.rateLimit.takeRead);
    if (isOpen) this.log.record(request, response, performance.now() - start);
    return isOpen;
  }

  #remember({ view, request }: RepeatableOpening): void {
    const key = keyOf(request);
    const response = request.res as Response & { readonly _header: string };
    if (key === undefined || key.length > MAX_LENGTH) return;
    // A cursor in the URL is that of one client. A response that closes its connection may have no chunked coding.
    if ('lastEventId' in request.query || !response.shouldKeepAlive) return;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    const headFor = headsLike(response._header, request.id as string);
    this.#remembered.set(key, { view, route: request.route, headFor });
  }
}

/** What two requests must have in common; `undefined` if no other one can have it. */
function keyOf({ method, url, httpVersion, headers, rawHeaders }: Request): string | undefined {
  if (method !== 'GET' || httpVersion !== '1.1' || !headers.accept?.includes(STREAM))
    return undefined;
  let key = url;
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const name = rawHeaders[n]!.toLowerCase();
    if (DISTINCT.has(name)) return undefined;
    key += `\n${name}: ${OWN.has(name) ? '' : rawHeaders[n + 1]!}`;
  }
  return key;
}

/** Writes heads like one that was sent, with another id and the current date. */
function headsLike(head: string, sentId: string): Remembered['headFor'] {
  const [beforeId, afterId = ''] = head.split(sentId);
  const [beforeDate, afterDate = ''] = afterId.split(/(?<=\r\nDate: )[^\r]+/);
  return (id) => `${beforeId}${id}${beforeDate}${new Date().toUTCString()}${afterDate}`;
}

import { Streams, type StreamView } from '@carillon/nestjs';
import { GOES_ON, hasLeft, type RepeatableOpening, Scheduler } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { RateLimit } from '../http/rate-limit.js';
import { acceptsStream, headOf, RepeatedHeads } from './repeated-heads.js';
import { RequestLog } from '../http/request-log.js';

/** What an opening has decided for every request with the same head. */
interface Remembered {
  readonly view: StreamView;
  readonly route: unknown;
  /** The head of the response to the request with an id. */
  readonly headFor: (id: string) => string;
}

type Listener = (request: Request, response: Response) => void;

/**
 * Schedules requests for streams before anything is done for them, and drops those whose clients leave before their turn.
 * When all subscribers come back at once, their requests arrive in one turn of the event loop, and the cost of each, some
 * 0.3 ms, would add up before anything else is served.
 *
 * Opens streams for anonymous requests whose head has come twice before. What Express, Nest and the guards decided then holds
 * for them, too: only limits, the shutdown and the cursor differ. Deciding again for each would be half of the CPU time of
 * their openings.
 */
@Injectable()
export class RepeatedStreams {
  readonly #heads = new RepeatedHeads<Remembered>();

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
      if (!acceptsStream(request)) return serve(request, response);
      this.scheduler.add('opening', () => {
        if (hasLeft(request)) return undefined;
        const remembered = this.#heads.get(headOf(request) ?? '');
        if (remembered && this.#open(remembered, request, response)) return undefined;
        serve(request, response);
        return GOES_ON;
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
    const head = headOf(request);
    const response = request.res as Response & { readonly _header: string };
    if (head === undefined) return;
    // A cursor in the URL is that of one client. A response that closes its connection may have no chunked coding.
    if ('lastEventId' in request.query || !response.shouldKeepAlive) return;
    const headFor = headsLike(response._header, request.id as string);
    this.#heads.add(head, { view, route: request.route, headFor });
  }
}

/** Writes heads like one that was sent, with another id and the current date. */
function headsLike(head: string, sentId: string): Remembered['headFor'] {
  const [beforeId, afterId = ''] = head.split(sentId);
  const [beforeDate, afterDate = ''] = afterId.split(/(?<=\r\nDate: )[^\r]+/);
  return (id) => `${beforeId}${id}${beforeDate}${new Date().toUTCString()}${afterDate}`;
}

import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type MessageEvent,
  type OnModuleInit,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { EMPTY, Observable, of } from 'rxjs';
import { Config } from '../config.js';
import { Problem } from '../http/problems.js';
import { Channel } from './channel.js';
import { type Cursor, formatCursor, parseCursor } from './cursor.js';
import { EventFeed } from './event-feed.js';
import { EventLog } from './event-log.js';
import { oneLine } from './frames.js';
import { Listener, type ResetReason } from './listener.js';
import type { StreamView } from './stream-view.js';

/** Milliseconds that a client waits before it comes back; jittered, so that not all come at once. */
const RETRY = 2000;

interface Start {
  readonly position: number;
  readonly reset?: ResetReason;
}

interface OpenStream {
  readonly listener: Listener;
  readonly end: () => void;
}

/** Opens streams, keeps them alive, and ends them. */
@Injectable()
export class Streams implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger(Streams.name);
  readonly #open = new Set<OpenStream>();
  readonly #channels = new Map<string, Channel>();
  #closing = false;
  #timer?: NodeJS.Timeout;

  constructor(
    private readonly config: Config,
    private readonly feed: EventFeed,
    private readonly log: EventLog,
  ) {}

  onModuleInit(): void {
    this.feed.facts.subscribe((facts) => {
      for (const channel of this.#channels.values()) channel.broadcast(facts);
    });
    this.#timer = setInterval(() => this.#lookAfterAll(), this.config.STREAM_HEARTBEAT / 10);
  }

  beforeApplicationShutdown(): void {
    this.close();
  }

  /** How many streams are open. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * What an `@Sse()` endpoint returns: the view's facts as MessageEvents, from the place that the request
   * names in `Last-Event-ID` or `?lastEventId=` (the header wins: a browser that reconnects has the newer one
   * there), from the first that is kept for `earliest`, else from now on.
   *
   * @throws Problem `not-acceptable`: the client does not take an event stream.
   */
  async open(view: StreamView, request: Request): Promise<Observable<MessageEvent>> {
    if (!request.accepts('text/event-stream'))
      throw new Problem('not-acceptable', 'This is an event stream; accept text/event-stream.');
    if (request.method === 'HEAD') return EMPTY;
    const cursor = requestedCursor(request);
    if (this.#closing) return of(this.#farewell(cursor));

    const start = await this.#startOf(cursor);
    return new Observable<MessageEvent>((subscriber) => {
      subscriber.next({ retry: jittered(RETRY), id: this.#cursorOf(start, cursor) });
      return this.#join(view, start, request.res!, () => subscriber.complete());
    });
  }

  /** Ends all streams with a farewell, and from now on each new one at once. */
  close(): void {
    this.#closing = true;
    clearInterval(this.#timer);
    for (const { listener, end } of this.#open) {
      listener.farewell(jittered(RETRY));
      end();
    }
  }

  #join(view: StreamView, start: Start, response: Response, end: () => void): () => void {
    const channel = this.#channelOf(view);
    const listener = new Listener(channel, response, this.feed, this.log, start.position);
    const stream = { listener, end };
    this.#open.add(stream);
    channel.size++;
    // Nest writes headers and opening message in this turn of the event loop. From then on the listener
    // writes frames that were built once for all, to the same response.
    setImmediate(() => listener.start(start.reset));
    return () => {
      listener.end();
      this.#open.delete(stream);
      if (--channel.size === 0) this.#channels.delete(view.key);
    };
  }

  #channelOf(view: StreamView): Channel {
    let channel = this.#channels.get(view.key);
    if (!channel) this.#channels.set(view.key, (channel = new Channel(view, this.feed.epoch)));
    return channel;
  }

  async #startOf(requested: string | undefined): Promise<Start> {
    if (requested === undefined) return { position: this.feed.head };
    const cursor = parseCursor(requested);
    // A snapshot may be ahead of the feed by what was committed just now.
    if (cursor && cursor.position > this.feed.head) await this.feed.wake();
    const { head, epoch } = this.feed;
    if (requested === 'earliest') return { position: (await this.log.state()).oldest - 1 };
    if (!cursor || cursor.epoch !== epoch || cursor.position > head)
      return { position: head, reset: 'unknown' };
    if (cursor.position < head && cursor.position < (await this.log.state()).oldest - 1)
      return { position: head, reset: 'expired' };
    return { position: cursor.position };
  }

  /** A cursor that is about to be reset is given back as it came: cut now, its client still gets the reset. */
  #cursorOf({ position, reset }: Start, requested: string | undefined): string {
    if (reset && requested) return oneLine(requested);
    return formatCursor({ epoch: this.feed.epoch, position });
  }

  #farewell(requested: string | undefined): MessageEvent {
    const cursor: Cursor = { epoch: this.feed.epoch, position: this.feed.head };
    // With an id, since Nest would number a message that has none.
    return { retry: jittered(RETRY), id: oneLine(requested ?? formatCursor(cursor)) };
  }

  #lookAfterAll(): void {
    const now = Date.now();
    for (const { listener } of this.#open) {
      listener.beat(this.config.STREAM_HEARTBEAT, now);
      if (!listener.isStalled(this.config.STREAM_STALL_TIMEOUT, now)) continue;
      this.#logger.log('A listener that took nothing for STREAM_STALL_TIMEOUT was cut off.');
      listener.cut();
    }
  }
}

function requestedCursor(request: Request): string | undefined {
  const parameter = [request.query['lastEventId']].flat().at(-1);
  const given = typeof parameter === 'string' ? parameter : '';
  return request.get('Last-Event-ID') || given || undefined;
}

/** Between half and one and a half of it. */
const jittered = (milliseconds: number): number => Math.round(milliseconds * (0.5 + Math.random()));

import { NotAcceptableException, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';
import { EMPTY, type Observable } from 'rxjs';
import {
  type ClosingFrame,
  cursorInHeader,
  requestedCursor,
  retryDelayWhenFull,
} from './closing-frame.js';
import { NO_COURSE, type StreamCourse, withEnd } from './stream-course.js';
import { writeHead } from './stream-head.js';
import type { Place, StreamPlaces } from './stream-places.js';
import type { RefusalReason } from './stream-statistics.js';
import type { StreamSubscriptions } from './stream-subscriptions.js';
import type { StreamView } from './stream-view.js';
import { hasLeft, mayStream } from './streaming-connections.js';
import type { Subscriber } from './subscriber.js';

const STREAM = 'text/event-stream';

/** A request for a stream that has got a place. */
export interface Opening {
  readonly view: StreamView;
  readonly request: Request;
  readonly subscriber: Subscriber;
  readonly place: Place;
  readonly cursor: string | undefined;
  readonly course: StreamCourse;
}

/** Decides whether a stream may be opened, and answers the requests of those that may not. */
export class StreamAdmission {
  constructor(
    private readonly closing: ClosingFrame,
    private readonly subscriptions: StreamSubscriptions,
    private readonly places: StreamPlaces,
  ) {}

  /** @returns `undefined` if the request has been answered, or its client has left. */
  admit(view: StreamView, request: Request, course: StreamCourse): Opening | undefined {
    if (hasLeft(request)) return undefined;
    if (!acceptsStreams(request))
      throw new NotAcceptableException('This is an event stream; accept text/event-stream.');
    if (request.method === 'HEAD') return void writeHead(request.res!).end();
    if (this.subscriptions.isClosing) return void this.sendBack('shutdown', request, view);
    const subscriber = this.subscriptions.subscriberOf(request);
    // Otherwise the stream would deliver its replay before it ends.
    if ((subscriber.caller?.expiresAt ?? Infinity) <= Date.now())
      throw new UnauthorizedException('The sign-in has expired.');
    const place = this.places.take(subscriber.network, subscriber.caller);
    if (!place) return void this.sendBack('limit', request, view, retryDelayWhenFull());
    const cursor = requestedCursor(request);
    return { view, request, subscriber, place: withEnd(place, course), cursor, course };
  }

  /**
   * Admits an anonymous request that repeats one that was admitted.
   *
   * @returns `undefined` if it cannot be admitted now. Nothing has been done for it then.
   */
  admitAgain(view: StreamView, request: Request): Opening | undefined {
    if (this.subscriptions.isClosing || hasLeft(request)) return undefined;
    if (!mayStream(request.socket)) return undefined;
    const subscriber = this.subscriptions.subscriberOf(request);
    if (this.places.limitFor(subscriber.network, undefined)) return undefined;
    const place = this.places.take(subscriber.network, undefined)!;
    return { view, request, subscriber, place, cursor: cursorInHeader(request), course: NO_COURSE };
  }

  /**
   * Ends the response with a closing frame.
   *
   * @param retry milliseconds after which the client comes back.
   */
  sendBack(
    reason: RefusalReason,
    request: Request,
    view?: StreamView,
    retry?: number,
  ): Observable<never> {
    this.subscriptions.statistics.refusals[reason]++;
    this.closing.send(request, retry, view?.control);
    return EMPTY;
  }
}

/** An EventSource sends the short form. Negotiation takes 8 µs. */
const acceptsStreams = (request: Request): boolean =>
  request.headers.accept === STREAM ||
  request.accepts([STREAM, `${STREAM}; charset=utf-8`]) !== false;

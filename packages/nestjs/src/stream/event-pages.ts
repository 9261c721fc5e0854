import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { EMPTY, type Observable } from 'rxjs';
import { TooManyWaiting } from '../engine/errors.js';
import { formatCursor } from '../log/cursor.js';
import { EventFeed } from '../log/event-feed.js';
import { EventLog, type LoggedEvent } from '../log/event-log.js';
import { TopicPermissions } from '../log/topic-permissions.js';
import { Topics } from '../log/topics.js';
import { topicsOf } from '../log/topics-of.js';
import { CarillonOptions } from '../options.js';
import { requestedCursor } from './closing-frame.js';
import type { StartPosition } from './start-position.js';
import { holdHead } from './stream-head.js';
import type { ResetReason } from './stream-statistics.js';
import { StreamSubscriptions } from './stream-subscriptions.js';
import type { StreamView } from './stream-view.js';
import { Streams } from './streams.js';
import type { Subscriber } from './subscriber.js';
import { signInOf } from './subscriber-registry.js';
import { type FoundView, TopicViews } from './topic-views.js';
import { WakeUp } from './wake-up.js';

/** Events that one query reads. */
const READ_AT_ONCE = 250;
/** Events that one page looks at. A client with few events of its own continues with the next page. */
const MAX_SCANNED = 5000;
/** Bytes of the data of one page; a longer event is a page of its own. */
const MAX_BYTES = 2 * 1024 * 1024;

/** An event of a page. */
export interface PageEvent {
  /** What a client can continue from. */
  readonly id: string;
  readonly topic: string;
  /** All topics, if there are several and other programs own them. */
  readonly topics?: readonly string[];
  readonly type: string;
  /** An object, or a text of another program. */
  readonly data: unknown;
  readonly at: string;
}

export interface EventPage {
  readonly events: readonly PageEvent[];
  /** Where the next page continues. */
  readonly cursor: string;
  /** The cursor of the request was unusable, as in the event of a stream. */
  readonly reset?: { readonly reason: ResetReason; readonly snapshot: string | null };
}

export interface PageOptions {
  readonly limit: number;
  /** Milliseconds to wait for the first event. */
  readonly wait: number;
}

/** What a page has found, and where it has stopped. */
interface Found {
  readonly events: readonly LoggedEvent[];
  readonly start: StartPosition;
  /** Whether there may be more events now. */
  readonly isComplete: boolean;
}

/** Resolves when the body is written, which may have to be compressed first: Nest ends a response without events at once. */
const written = (response: Response, page: string): Promise<unknown> =>
  new Promise((resolve) => {
    response.once('finish', resolve).once('close', resolve);
    response.type('json').send(page);
  });

/** Pages of events, for clients that cannot hold a stream: with the same permissions, cursors and limits as streams. */
@Injectable()
export class EventPages {
  constructor(
    private readonly options: CarillonOptions,
    private readonly feed: EventFeed,
    private readonly log: EventLog,
    private readonly views: TopicViews,
    private readonly permissions: TopicPermissions,
    private readonly subscriptions: StreamSubscriptions,
    private readonly streams: Streams,
    private readonly topics: Topics,
  ) {}

  /**
   * Answers the request of an `@Sse()` handler with a page instead of a stream.
   *
   * @param viewOf finds the view. It is called again after the page has waited, since permissions may have changed.
   * @throws TooManyWaiting there is no place for the caller: a waiting page counts as a stream. UnauthorizedException the
   *   sign-in has expired.
   */
  async answer(
    viewOf: () => FoundView,
    request: Request,
    options: PageOptions,
  ): Promise<Observable<never>> {
    // Nest continues once the handler has returned.
    await Promise.resolve();
    const releaseHead = holdHead(request.res!);
    try {
      const page = await this.#read(viewOf, request, options);
      await written(request.res!, page);
      return EMPTY;
    } finally {
      // Nest writes neither to a response that has ended. A held one counts as open once its client has it.
      releaseHead();
    }
  }

  async #read(
    viewOf: () => FoundView,
    request: Request,
    { limit, wait }: PageOptions,
  ): Promise<string> {
    const subscriber = this.subscriptions.subscriberOf(request);
    const { caller } = subscriber;
    if ((caller?.expiresAt ?? Infinity) <= Date.now())
      throw new UnauthorizedException('The sign-in has expired.');
    const place = this.streams.places.take(subscriber.network, caller);
    if (!place) throw new TooManyWaiting('Too many streams are open.');
    try {
      const until = performance.now() + wait;
      let view = await this.#current(viewOf);
      const replay = caller ? 0 : this.options.stream.anonymousReplay;
      let start = await this.streams.starts.find(requestedCursor(request), view, replay);
      const { epoch } = this.feed;
      for (;;) {
        if (this.feed.epoch !== epoch) start = { position: this.feed.head, reset: 'unknown' };
        const found = await this.#find(view, subscriber, start, limit);
        const isOver = found.events.length > 0 || found.start.reset || !found.isComplete;
        if (isOver || !(await this.#wait(view, subscriber, found.start, until, request)))
          return this.#pageOf(found, view);
        start = found.start;
        view = await this.#current(viewOf);
      }
    } finally {
      place.free();
    }
  }

  /** A view of which the feed has reached the permissions, and every event that was acknowledged before the request. */
  async #current(viewOf: () => FoundView): Promise<StreamView> {
    const view = await viewOf();
    if (view.user) await this.feed.reach(view.user.asOf);
    else await this.feed.wake();
    return view;
  }

  /** Reads on from a position, up to where the permissions of the view are known. */
  async #find(
    view: StreamView,
    { caller }: Subscriber,
    start: StartPosition,
    limit: number,
  ): Promise<Found> {
    const end = view.user?.asOf ?? this.feed.head;
    const last = Math.min(end, start.position + MAX_SCANNED);
    const includes = this.views.filterOf(view);
    const events: LoggedEvent[] = [];
    let { position } = start;
    let bytes = 0;
    if (start.reset) return { events, start, isComplete: true };
    while (position < last) {
      const page = await this.log.read(position, last, READ_AT_ONCE);
      // Positions have no gaps. Missing ones were trimmed.
      if (page[0]?.position !== position + 1) return this.#expired(start);
      for (const event of page) {
        const isIncluded = includes(event) && !start.overlap?.shows(event);
        if (isIncluded) bytes += event.data.length;
        const isFull = events.length >= limit || (events.length > 0 && bytes > MAX_BYTES);
        if (isIncluded && isFull)
          return { events, start: { ...start, position }, isComplete: false };
        if (isIncluded) events.push(event);
        position = event.position;
        // A revoked key, or a session that has ended, receives nothing after this event.
        if (caller && this.permissions.sessionEndedBy(event) === signInOf(caller))
          return { events, start: { ...start, position }, isComplete: false };
      }
    }
    return { events, start: { ...start, position }, isComplete: position >= end };
  }

  #expired(start: StartPosition): Found {
    const reset = { ...start, position: this.feed.head, overlap: undefined };
    return { events: [], start: { ...reset, reset: 'expired' }, isComplete: true };
  }

  /** @returns whether there may be a new event: `false` at the end of the time, of the sign-in, or of the process. */
  async #wait(
    view: StreamView,
    subscriber: Subscriber,
    start: StartPosition,
    until: number,
    { res: response }: Request,
  ): Promise<boolean> {
    const milliseconds = until - performance.now();
    if (milliseconds <= 0 || this.subscriptions.isClosing || response!.closed) return false;
    const connection = new WakeUp();
    const leave = () => connection.cut();
    const timer = setTimeout(leave, milliseconds);
    response!.once('close', leave);
    const { position } = start;
    this.subscriptions.add({
      view,
      subscriber,
      connection,
      start: { position },
      isSilent: true,
      onLeave: () => undefined,
    });
    try {
      return await connection.happened;
    } finally {
      clearTimeout(timer);
      response!.off('close', leave);
      leave();
    }
  }

  #pageOf({ events, start }: Found, view: StreamView): string {
    const { reset, position } = start;
    const rest: Omit<EventPage, 'events'> = {
      cursor: this.#cursorAt(position, start),
      ...(reset && { reset: { reason: reset, snapshot: view.snapshot } }),
    };
    const list = events.map((event) => this.#eventOf(event, start)).join(',');
    return `{"events":[${list}],${JSON.stringify(rest).slice(1)}`;
  }

  /** The JSON of an event. Its data is the stored text: JavaScript would round large numbers. */
  #eventOf(event: LoggedEvent, start: StartPosition): string {
    const { position, topic, topics, type, format, data, at } = event;
    const head: Omit<PageEvent, 'data' | 'at'> = {
      id: (start.overlap ? undefined : event.public_id) ?? this.#cursorAt(position, start),
      topic,
      // The further topics of a feature's event may be secret: the rooms of a user, for example.
      ...(topics !== null && !this.topics.isRegistered(topic) && { topics: topicsOf(event) }),
      type,
    };
    const json = format === 'json' ? data : JSON.stringify(data);
    return `${JSON.stringify(head).slice(0, -1)},"data":${json},"at":${JSON.stringify(at)}}`;
  }

  #cursorAt(position: number, { overlap }: StartPosition): string {
    const snapshot = overlap?.isPast(position) ? undefined : overlap?.snapshot;
    return formatCursor({ epoch: this.feed.epoch, position, snapshot });
  }
}

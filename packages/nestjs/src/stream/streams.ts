import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type MessageEvent,
} from '@nestjs/common';
import type { Request } from 'express';
import type { Socket } from 'node:net';
import { EMPTY, isObservable, type Observable } from 'rxjs';
import { DatabaseUnavailable } from '../engine/errors.js';
import { Inbox } from '../inbox/inbox.js';
import { EventFeed } from '../log/event-feed.js';
import { EventLog } from '../log/event-log.js';
import { CarillonOptions } from '../options.js';
import { ClosingFrame } from './closing-frame.js';
import { streamMaximum } from './descriptors.js';
import { type StartPosition, StartPositions } from './start-position.js';
import { type Opening, StreamAdmission } from './stream-admission.js';
import { NO_COURSE, type StreamCourse } from './stream-course.js';
import { holdHead } from './stream-head.js';
import { NOT_OPENED, type RepeatableOpening, StreamOpener } from './stream-opener.js';
import { StreamPlaces } from './stream-places.js';
import { StreamSubscriptions } from './stream-subscriptions.js';
import type { StreamView } from './stream-view.js';
import type { Subscriber } from './subscriber.js';
import { type FoundView, TopicViews } from './topic-views.js';

const isList = (value: object): value is readonly string[] => Array.isArray(value);

const isPromise = (view: FoundView): view is Promise<StreamView> => view instanceof Promise;

/** What an `@Sse()` handler returns. Most streams are open when the handler returns. */
export type OpenedStream = Observable<MessageEvent> | Promise<Observable<MessageEvent>>;

/** Opens streams, and ends all of them when the process stops. */
@Injectable()
export class Streams implements BeforeApplicationShutdown {
  /** Streams that may be open at once. */
  readonly maximum: number;
  readonly #logger = new Logger(Streams.name);
  readonly #admission: StreamAdmission;
  readonly #opener: StreamOpener;
  /** For pages, which count as streams while they wait. */
  readonly places: StreamPlaces;
  readonly starts: StartPositions;

  constructor(
    private readonly options: CarillonOptions,
    private readonly feed: EventFeed,
    log: EventLog,
    inbox: Inbox,
    closing: ClosingFrame,
    private readonly subscriptions: StreamSubscriptions,
    private readonly views: TopicViews,
  ) {
    this.maximum = streamMaximum(options.stream.max);
    const { statistics } = subscriptions;
    this.places = new StreamPlaces(this.maximum, options.stream, statistics.limits);
    this.starts = new StartPositions(feed, log, inbox, views, statistics);
    this.#admission = new StreamAdmission(closing, subscriptions, this.places);
    const { direct } = options.stream;
    this.#opener = new StreamOpener(this.starts, subscriptions, direct, this.#logger);
  }

  beforeApplicationShutdown(): void {
    this.close();
  }

  /** How many streams are open or being opened. */
  get size(): number {
    return this.places.taken;
  }

  /** Whether a new stream is closed immediately, whoever opens it. */
  get isFull(): boolean {
    return this.places.areAllTaken;
  }

  /** Emits the connection of each stream that opens: nothing else can be answered on it. */
  get openings(): Observable<Socket> {
    return this.#opener.openings;
  }

  /**
   * Opens a stream; an `@Sse()` handler returns the result. The stream continues from the cursor of the request, which is
   * `Last-Event-ID` or `?lastEventId=`, from the oldest event that is kept for `earliest`, and otherwise from now. If it
   * cannot be opened now, since the database does not answer or the limits are reached, the client gets a closing frame and
   * comes back.
   *
   * @param view the topics to deliver, which features have declared or which are granted to the caller, or a view of
   *   `TopicViews`. Errors of a promise are answered with their status.
   * @param course what you do in the course of the stream.
   * @throws NotAcceptableException the client does not accept an event stream; NotFoundException a topic does not exist, or
   *   the caller may not see it.
   *
   * @example
   * @Sse('orders/event')
   * listen(@Req() request: Request) {
   *   return this.streams.open('orders', request);
   * }
   */
  open(
    view: string | readonly string[] | FoundView,
    request: Request,
    course: StreamCourse = NO_COURSE,
  ): OpenedStream {
    const found = this.#viewOf(view, request);
    if (isPromise(found))
      return this.#wait(request, async () => this.#open(await found, request, course));
    const opened = this.#open(found, request, course);
    return isObservable(opened) ? opened : this.#wait(request, () => opened);
  }

  /** Emits each opening that `openAgain` can repeat. */
  get repeatable(): Observable<RepeatableOpening> {
    return this.#opener.repeatable;
  }

  /**
   * Opens the same stream for another anonymous request, which nothing has been done for. The limits on streams apply to it,
   * too.
   *
   * @param head of its response, with chunked coding.
   * @param mayOpen is asked last, for other limits.
   * @returns whether it is open. If not, still nothing has been done for the request.
   */
  openAgain(
    view: StreamView,
    request: Request,
    head: string,
    mayOpen: (request: Request) => boolean,
  ): boolean {
    const opening = this.#admission.admitAgain(view, request);
    const start = opening && this.#findStartNow(opening);
    const isOpen = start !== undefined && mayOpen(request);
    if (isOpen) this.#opener.openAgain(opening!, start, head);
    else opening?.place.free();
    return isOpen;
  }

  /** Ends all streams with a closing frame, and closes new ones immediately. */
  close(): void {
    this.subscriptions.close();
  }

  #viewOf(view: string | readonly string[] | FoundView, request: Request): FoundView {
    const caller = () => this.options.caller(request);
    if (view === undefined) throw new TypeError('Streams.open() needs topics or a view.');
    if (typeof view === 'string') return this.views.of([view], caller());
    return isList(view) ? this.views.of(view, caller()) : view;
  }

  /** Waits for a stream that cannot be opened in the turn of its handler. */
  async #wait(
    request: Request,
    open: () => Observable<MessageEvent> | Promise<Observable<MessageEvent>>,
  ): Promise<Observable<MessageEvent>> {
    // Nest continues once the handler has returned.
    await Promise.resolve();
    const releaseHead = holdHead(request.res!);
    try {
      const opened = await open();
      // It has been answered, or its client has left: its response has really ended.
      if (opened === EMPTY) releaseHead();
      return opened;
    } catch (error) {
      if (error instanceof DatabaseUnavailable)
        return this.#admission.sendBack('unavailable', request);
      releaseHead();
      throw error;
    }
  }

  #open(view: StreamView, request: Request, course: StreamCourse): OpenedStream {
    const opening = this.#admission.admit(view, request, course);
    if (!opening) return EMPTY;
    const start = this.#findStartNow(opening);
    if (!start) return this.#openLater(opening);
    this.#opener.openNow(opening, start);
    return EMPTY;
  }

  async #openLater(opening: Opening): Promise<Observable<MessageEvent>> {
    const { view, request, place, course } = opening;
    const response = request.res!;
    response.once('close', place.free);
    try {
      await course.opening?.();
      const start = await this.#findStart(opening);
      if (response.closed) place.free();
      return this.#opener.openWithNest(opening, start);
    } catch (error) {
      place.free();
      // An EventSource does not come back after an error.
      if (!(error instanceof DatabaseUnavailable)) this.#logger.error({ err: error }, NOT_OPENED);
      return this.#admission.sendBack('unavailable', request, view);
    }
  }

  /**
   * Where a stream starts that can be opened in the turn of its handler: without a query, and without what Nest builds for
   * a response that stays open.
   */
  #findStartNow({ view, subscriber, cursor, course }: Opening): StartPosition | undefined {
    if (!this.options.stream.direct || course.opening) return undefined;
    if (view.user && this.feed.head < view.user.asOf) return undefined;
    return this.starts.findNow(cursor, view, this.#replayLimit(subscriber));
  }

  async #findStart({ view, subscriber, cursor }: Opening): Promise<StartPosition> {
    // Its channel is where the feed is. Before the feed is there, a topic that was lost would still be included.
    if (view.user) await this.feed.reach(view.user.asOf);
    return this.starts.find(cursor, view, this.#replayLimit(subscriber));
  }

  #replayLimit({ caller }: Subscriber): number {
    return caller ? 0 : this.options.stream.anonymousReplay;
  }
}

import type { Logger, MessageEvent } from '@nestjs/common';
import type { Request } from 'express';
import type { Socket } from 'node:net';
import { Observable, Subject } from 'rxjs';
import { retryDelay } from './closing-frame.js';
import { CONTROL_FRAMES } from './control-frames.js';
import { DirectConnection } from './direct-connection.js';
import { stateAbortReason } from './handed-over-signal.js';
import { type Open, openConnection, openDirectly } from './open-connection.js';
import { ResponseConnection } from './response-connection.js';
import type { SseConnection } from './sse-connection.js';
import type { StartPosition, StartPositions } from './start-position.js';
import type { Opening } from './stream-admission.js';
import { NO_COURSE } from './stream-course.js';
import type { StreamSubscriptions } from './stream-subscriptions.js';
import type { StreamView } from './stream-view.js';
import { hasLeft } from './streaming-connections.js';

export const NOT_OPENED = 'A stream could not be opened.';

/** How an anonymous request got its stream, in whose course the application does nothing. */
export interface RepeatableOpening {
  readonly view: StreamView;
  readonly request: Request;
}

/** Opens the connections of streams that have got a place, and starts to deliver to them. */
export class StreamOpener {
  readonly #openings = new Subject<Socket>();
  readonly #repeatable = new Subject<RepeatableOpening>();

  /** @param isDirect whether streams take the socket over from Nest and node. */
  constructor(
    private readonly starts: StartPositions,
    private readonly subscriptions: StreamSubscriptions,
    private readonly isDirect: boolean,
    private readonly logger: Logger,
  ) {}

  /** Emits the connection of each stream that opens. */
  get openings(): Observable<Socket> {
    return this.#openings;
  }

  /** Emits each opening that can be repeated for other requests. */
  get repeatable(): Observable<RepeatableOpening> {
    return this.#repeatable;
  }

  /** Opens the connection in the turn of the handler. */
  openNow(opening: Opening, start: StartPosition): void {
    const { view, request, subscriber, course } = opening;
    const connection = this.#connect(opening, start, openDirectly);
    stateAbortReason(request);
    if (connection && !subscriber.caller && course === NO_COURSE)
      this.#repeatable.next({ view, request });
  }

  /**
   * Repeats an opening for another request.
   *
   * @param head of its response, with chunked coding.
   */
  openAgain(opening: Opening, start: StartPosition, head: string): void {
    this.#connect(opening, start, (response, frame) =>
      DirectConnection.openWith(head, response, frame),
    );
  }

  /** Opens the connection when Nest subscribes. */
  openWithNest(opening: Opening, start: StartPosition): Observable<MessageEvent> {
    return new Observable((nest) => {
      const connection = this.#connect(opening, start, (response, frame) =>
        this.isDirect
          ? openDirectly(response, frame)
          : new ResponseConnection(nest, response, frame),
      );
      if (this.isDirect || !connection) nest.complete();
    });
  }

  #connect(opening: Opening, start: StartPosition, open: Open): SseConnection | undefined {
    const { view, request, subscriber, place, cursor, course } = opening;
    const response = request.res!;
    if (hasLeft(request)) {
      place.free();
      return undefined;
    }
    try {
      const id = this.starts.cursorOf(start, cursor);
      const frame = (view.control ?? CONTROL_FRAMES).opening(retryDelay(), id);
      course.starting?.(response, { isReset: start.reset !== undefined });
      this.#openings.next(request.socket);
      const connection = openConnection(open, response, frame);
      if (!connection) {
        place.free();
        return undefined;
      }
      // From here on the place belongs to the stream. Node takes the response of a direct one for finished.
      response.off('close', place.free);
      this.subscriptions.add({ view, subscriber, connection, start, onLeave: place.free });
      return connection;
    } catch (error) {
      place.free();
      this.logger.error({ err: error }, NOT_OPENED);
      return void request.socket.destroy();
    }
  }
}

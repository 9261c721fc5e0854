import type { FollowError } from './errors.js';
import type { SilenceWatch } from './silence-watch.js';
import { after } from './timer.js';
import type { Frame, OpenStream, OpenTransport, TransportRequest } from './transport.js';

/** A stream that has been open for this long, in ms, counts as good. */
const PROBATION = 5_000;

export interface AttemptEvents {
  readonly onOpen: () => void;
  readonly onFrame: (frame: Frame) => void;
  /** The server's `retry`, in ms. */
  readonly onRetry: (milliseconds: number) => void;
  /** It has been open for a while. */
  readonly onGood: () => void;
  /** The token is about to expire. */
  readonly onRenewal: () => void;
  /** `isEmpty`: it opened, and ended without an event or a heartbeat. */
  readonly onEnd: (error: FollowError | null, isEmpty: boolean) => void;
  readonly onRefusal: (error: FollowError) => void;
}

export interface AttemptOptions {
  readonly open: OpenStream;
  readonly request: TransportRequest;
  readonly silence: SilenceWatch;
  /** Milliseconds until the token has to be replaced, once the stream is open. */
  readonly renewIn: () => number | null;
}

/** One stream, from its request to its end, with its timers. */
export class StreamAttempt {
  readonly #options: AttemptOptions;
  readonly #events: AttemptEvents;
  readonly #transport: OpenTransport;
  readonly #timers: (() => void)[];
  #openedAt: number | null = null;
  #delivered = false;

  constructor(options: AttemptOptions, events: AttemptEvents) {
    const { open, request, silence } = options;
    this.#options = options;
    this.#events = events;
    silence.restart();
    // From the attempt on, not from its success: a connection can also hang before it opens.
    this.#timers = [silence.start()];
    this.#transport = open(request, {
      onOpen: () => this.#onOpen(),
      onFrame: (frame) => this.#onFrame(frame),
      onRetry: events.onRetry,
      onEnd: (error) => this.#onEnd(error),
      onRefusal: events.onRefusal,
    });
  }

  /** Whether it can stop reading and keep the connection. */
  get canHold(): boolean {
    return this.#transport.hold !== undefined;
  }

  hold(): void {
    this.#transport.hold?.();
  }

  release(): void {
    this.#transport.release?.();
  }

  close(): void {
    this.#transport.close();
    for (const stop of this.#timers) stop();
  }

  #onOpen(): void {
    const { onOpen, onGood, onRenewal } = this.#events;
    this.#openedAt = Date.now();
    onOpen();
    this.#timers.push(after(PROBATION, onGood));
    const renewIn = this.#options.renewIn();
    if (renewIn !== null) this.#timers.push(after(renewIn, onRenewal));
  }

  #onFrame(frame: Frame): void {
    // The opening frame and a reset also arrive on a stream that the server ends at once.
    if (frame.type !== null && frame.type !== 'reset') {
      this.#options.silence.received();
      this.#delivered = true;
    }
    this.#events.onFrame(frame);
  }

  #onEnd(error: FollowError | null): void {
    const lasted = Date.now() - (this.#openedAt ?? Date.now());
    // A closing frame, at once, is how the server says when to come back.
    const sentBack = error === null && lasted < 1_000;
    this.#events.onEnd(error, this.#openedAt !== null && !this.#delivered && !sentBack);
  }
}

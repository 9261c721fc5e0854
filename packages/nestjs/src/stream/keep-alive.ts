import { type OnApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { formatCursor } from '../log/cursor.js';
import { EventFeed } from '../log/event-feed.js';
import { CarillonOptions } from '../options.js';
import { Chunk } from './chunk.js';
import { retryDelay } from './closing-frame.js';
import type { ControlFrames } from './control-frames.js';
import { Scheduler } from './scheduler.js';
import type { StreamSubscription } from './stream-subscription.js';
import { SubscriberRegistry } from './subscriber-registry.js';

/** Rounds over all streams within the shortest of the times that are watched. */
const ROUNDS = 10;
/** The most milliseconds between two rounds: a stream ends at most this long after the sign-in of its caller. */
const MAX_PAUSE = 500;
/** Streams that are visited before the clock is read again. */
const BATCH = 256;

/** What is the same for all streams of one visit. */
interface Visit {
  readonly head: number;
  readonly heartbeats: (control: ControlFrames) => Chunk;
  readonly now: number;
}

/** Visits all open streams regularly: heartbeats after silence, stall timeouts, and the ends of lifetimes and sign-ins. */
@Injectable()
export class KeepAlive implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger(KeepAlive.name);
  #isVisiting = false;
  #timer?: NodeJS.Timeout;

  constructor(
    private readonly options: CarillonOptions,
    private readonly feed: EventFeed,
    private readonly subscribers: SubscriberRegistry,
    private readonly scheduler: Scheduler,
  ) {}

  onModuleInit(): void {
    const { heartbeat, stallTimeout, lifetime } = this.options.stream;
    const shortest = Math.min(heartbeat, stallTimeout, lifetime || Infinity);
    const pause = Math.min(shortest / ROUNDS, MAX_PAUSE);
    this.#timer = setInterval(() => this.#visitAll(), pause);
  }

  /** After the HTTP server: until then, subscribers that do not read their closing frame keep it open. */
  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  #visitAll(): void {
    if (this.#isVisiting) return;
    this.#isVisiting = true;
    this.#visit(this.subscribers.all.values());
  }

  #visit(rest: SetIterator<StreamSubscription>): void {
    const { head } = this.feed;
    const visit = { head, heartbeats: this.#heartbeats(head), now: performance.now() };
    const wallClock = Date.now();
    for (let n = 0; n < BATCH; n++) {
      const { value: subscription, done } = rest.next();
      if (done) {
        this.#isVisiting = false;
        return;
      }
      this.#keep(subscription, visit, wallClock);
    }
    this.scheduler.add('live', () => this.#visit(rest));
  }

  #keep(
    subscription: StreamSubscription,
    { head, heartbeats, now }: Visit,
    wallClock: number,
  ): void {
    const { heartbeat: silence, stallTimeout } = this.options.stream;
    if (subscription.isStalled(stallTimeout, now)) {
      this.#logger.log('A subscriber that did not read was disconnected.');
      return subscription.cut('stalled');
    }
    const reason = subscription.dueReason(now, wallClock);
    if (reason) subscription.close(reason, retryDelay());
    else subscription.beat(silence, heartbeats(subscription.control), head, now);
  }

  /** Each form is built once for all streams. */
  #heartbeats(head: number): Visit['heartbeats'] {
    const cursor = formatCursor({ epoch: this.feed.epoch, position: head });
    const built = new Map<ControlFrames, Chunk>();
    return (control) => {
      const chunk = built.get(control) ?? Chunk.of([control.heartbeat(cursor)]);
      built.set(control, chunk);
      return chunk;
    };
  }
}

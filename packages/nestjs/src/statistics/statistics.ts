import { Inject, Injectable } from '@nestjs/common';
import { LongReads } from '../database/long-reads.js';
import { type ConnectionStatistics, ENGINE, type Engine } from '../engine/database.js';
import { EventFeed } from '../log/event-feed.js';
import { Scheduler } from '../stream/scheduler.js';
import type { StreamStatistics } from '../stream/stream-statistics.js';
import { StreamSubscriptions } from '../stream/stream-subscriptions.js';
import { Streams } from '../stream/streams.js';
import { SubscriberRegistry } from '../stream/subscriber-registry.js';
import type { CommitStatistics } from '../transaction/commit-statistics.js';
import { UnitOfWork } from '../transaction/unit-of-work.js';

/** The state of all streams of a process. */
export interface StreamState {
  readonly open: number;
  /** Open streams that read on from their cursor, or wait until their sockets take more. */
  readonly catchingUp: number;
  /** Requests for streams that wait, and streams and pages that are being opened or read. */
  readonly opening: number;
  readonly maximum: number;
  /** Bytes that wait in the sockets of all streams. Streams with the same frames share their memory. */
  readonly pendingBytes: number;
}

/** Work that waits in a process. */
export interface QueueLengths {
  /** Commands that wait for their transaction. */
  readonly commands: number;
  /** Requests for streams. */
  readonly opening: number;
  /** Steps of deliveries to live streams; each serves several of them. */
  readonly live: number;
  /** Steps of replays. */
  readonly replay: number;
  /** Pages of replays that are read from the database. */
  readonly replayReads: number;
  /** Searches, and other long queries. */
  readonly longReads: number;
}

/**
 * What this process has done and is doing, for the metrics of an application. Counters start at 0 with the process and
 * never decrease. Nothing here queries the database.
 */
@Injectable()
export class Statistics {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly work: UnitOfWork,
    private readonly feed: EventFeed,
    private readonly reads: LongReads,
    private readonly scheduler: Scheduler,
    private readonly subscribers: SubscriberRegistry,
    private readonly subscriptions: StreamSubscriptions,
    private readonly opened: Streams,
  ) {}

  /** Counters of commits and commands. */
  get commits(): CommitStatistics {
    return this.work.statistics;
  }

  /** Counters of streams. */
  get streams(): StreamStatistics {
    return this.subscriptions.statistics;
  }

  get connections(): ConnectionStatistics {
    return this.engine.statistics;
  }

  /** The position of the last event that this process has delivered. */
  get head(): number {
    return this.feed.head;
  }

  /** Long queries that were refused, because too many were waiting. */
  get refusedReads(): number {
    return this.reads.refused;
  }

  /**
   * Bytes of memory that are really in use: `backlog` waits in sockets, where streams share what is the same; `events` and
   * `frames` are recent events and their frames, `pages` the encoded pages of replays.
   */
  get retainedBytes(): Readonly<Record<'backlog' | 'events' | 'frames' | 'pages', number>> {
    return { ...this.subscriptions.retained, events: this.feed.recent.bytesWithoutFrames };
  }

  /** What `recentBytes` bounds: the most that recent events can take with their frames, and the pages of replays. */
  get recentBytes(): { readonly events: number; readonly pages: number } {
    return { events: this.feed.recent.bytes, pages: this.subscriptions.pageBytes };
  }

  get queues(): QueueLengths {
    return {
      ...this.scheduler.waiting,
      commands: this.work.waiting,
      replayReads: this.subscriptions.waitingReads,
      longReads: this.reads.waiting,
    };
  }

  /** Visits all streams: 1 ms for 10,000 of them. */
  streamState(): StreamState {
    let [catchingUp, pendingBytes] = [0, 0];
    for (const subscription of this.subscribers.all) {
      if (subscription.isCatchingUp) catchingUp++;
      pendingBytes += subscription.pending;
    }
    const { size, maximum } = this.opened;
    const opening = size - this.subscribers.all.size + this.scheduler.waiting.opening;
    return { open: this.streams.open, catchingUp, opening, maximum, pendingBytes };
  }
}

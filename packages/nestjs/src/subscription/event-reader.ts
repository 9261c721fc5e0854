import { Injectable } from '@nestjs/common';
import { Database } from '../engine/database.js';
import { EventFeed } from '../log/event-feed.js';
import { EventLog, type LoggedEvent } from '../log/event-log.js';
import { Topics } from '../log/topics.js';
import type { EventHandler } from './declared-subscriptions.js';

/** Maximum number of positions per read. It limits the rows that one read scans. */
const RANGE = 1000;
/** Maximum number of events in memory. */
const PAGE_SIZE = 100;

/** The next events of a subscription. */
export interface EventPage {
  /** The events that have a handler, in order. */
  readonly events: readonly LoggedEvent[];
  /** Every event up to this position is in `events` or has no handler. */
  readonly upTo: number;
  /** The number of events before `upTo` that retention removed before they were read. */
  readonly missed: number;
  /** The position before the oldest event that is kept. */
  readonly beforeOldest: number;
}

/** Reads the log for subscriptions, which usually request few event types. */
@Injectable()
export class EventReader {
  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly feed: EventFeed,
    private readonly topics: Topics,
  ) {}

  /** Whether there are events after a position. */
  isBehind(position: number): boolean {
    return position < this.feed.head;
  }

  /** The position of the newest event. */
  get head(): number {
    return this.feed.head;
  }

  get epoch(): string {
    return this.feed.epoch;
  }

  /** The events after `position` that have a handler, at most one page. */
  async read(position: number, handlers: ReadonlyMap<string, EventHandler>): Promise<EventPage> {
    // Only whether there are any: a redaction may not have reached the events in memory yet.
    const recent = this.feed.recent.after(position, RANGE);
    if (recent && !recent.some(({ type }) => handlers.has(type)))
      return { events: [], upTo: recent.at(-1)!.position, missed: 0, beforeOldest: position };
    const end = Math.min(position + RANGE, this.feed.head);
    const found = await this.database.read
      .selectFrom('events')
      .selectAll()
      .where('position', '>', position)
      .where('position', '<=', end)
      .where('type', 'in', [...handlers.keys()])
      .orderBy('position')
      .limit(PAGE_SIZE)
      .execute();
    // Read this after the events: an event that is kept now was also kept when they were read.
    const { oldest } = await this.log.state();
    const upTo = found.length < PAGE_SIZE ? Math.max(end, position) : found.at(-1)!.position;
    return {
      events: found.filter(
        ({ type, topic }) => handlers.get(type)!.takesAnyTopic || this.topics.isRegistered(topic),
      ),
      upTo,
      missed: Math.max(0, oldest - 1 - position),
      beforeOldest: oldest - 1,
    };
  }
}

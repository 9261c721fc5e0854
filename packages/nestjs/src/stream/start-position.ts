import type { Cursor } from '../log/cursor.js';
import { formatCursor, parseCursor } from '../log/cursor.js';
import type { EventFeed } from '../log/event-feed.js';
import type { EventLog } from '../log/event-log.js';
import type { Inbox } from '../inbox/inbox.js';
import { publicIdMistake } from '../engine/topic-name.js';
import { oneLine } from './frames.js';
import { Overlap } from './overlap.js';
import type { ResetReason, StreamStatistics } from './stream-statistics.js';
import type { StreamView } from './stream-view.js';
import type { TopicViews } from './topic-views.js';

/** Events with the same id that are looked at: a publisher may repeat an id without limit. */
const MAX_REPEATS = 100;

/** Where a stream starts: after a position of the log, with a reset if its cursor is unusable. */
export interface StartPosition {
  readonly position: number;
  readonly reset?: ResetReason;
  /** Where a snapshot of another program determines what is delivered. */
  readonly overlap?: Overlap | undefined;
}

/** Finds the position that a stream starts from. */
export class StartPositions {
  constructor(
    private readonly feed: EventFeed,
    private readonly log: EventLog,
    private readonly inbox: Inbox,
    private readonly views: TopicViews,
    private readonly statistics: StreamStatistics,
  ) {}

  /**
   * @param requested a cursor, the id that a publisher gave an event, `earliest` for everything that is kept, or `undefined` for the head.
   * @param limit events that may be replayed; 0 for no limit.
   */
  async find(
    requested: string | undefined,
    view: StreamView,
    limit: number,
  ): Promise<StartPosition> {
    const start = this.#inMemory(requested, view) ?? (await this.#inLog(requested!, view));
    return this.#within(limit, start);
  }

  /** The same; `undefined` if the database has to be asked. Most clients start at the head, or come back near it. */
  findNow(
    requested: string | undefined,
    view: StreamView,
    limit: number,
  ): StartPosition | undefined {
    const start = this.#inMemory(requested, view);
    return start && this.#within(limit, start);
  }

  /**
   * The `id` of the opening frame. A stream that starts with a reset returns the requested cursor: if it is cut before the
   * reset, the client still gets one when it comes back.
   */
  cursorOf({ position, reset, overlap }: StartPosition, requested: string | undefined): string {
    if (reset && requested) return oneLine(requested);
    return formatCursor({ epoch: this.feed.epoch, position, snapshot: overlap?.snapshot });
  }

  #within(limit: number, start: StartPosition): StartPosition {
    const { head } = this.feed;
    const isTooFar = limit > 0 && start.position < head - limit;
    if (!isTooFar) return start;
    this.statistics.limits.anonymousReplay++;
    return { position: head, reset: 'expired' };
  }

  #inMemory(requested: string | undefined, view: StreamView): StartPosition | undefined {
    if (requested === undefined) return { position: this.feed.head };
    const cursor = parseCursor(requested);
    if (!cursor || cursor.snapshot || cursor.position > this.feed.head) return undefined;
    return (
      this.#unusable(cursor, view) ??
      (this.#isAtHand(cursor) ? { position: cursor.position } : undefined)
    );
  }

  async #inLog(requested: string, view: StreamView): Promise<StartPosition> {
    if (requested === 'earliest') return { position: (await this.log.state()).oldest - 1 };
    return this.#at(parseCursor(requested) ?? (await this.#published(requested, view)), view);
  }

  /** Events that the snapshot saw are in the log at the latest when everything committed has been moved. */
  async #at(cursor: Cursor | undefined, view: StreamView): Promise<StartPosition> {
    if (!cursor?.snapshot) return this.#after(cursor, view);
    await this.inbox.moveNow();
    const { head } = await this.log.state();
    await this.feed.reach(head);
    const start = await this.#after(cursor, view);
    if (start.reset !== undefined || start.position >= head) return start;
    return { ...start, overlap: new Overlap(cursor.snapshot, head) };
  }

  /** Whether no events follow, or all that follow are in memory. */
  #isAtHand({ position }: Cursor): boolean {
    return position === this.feed.head || this.feed.recent.holds(position + 1);
  }

  /** Whether events after a position have been deleted. The database is asked only if they are not in memory. */
  async #isTrimmed(cursor: Cursor): Promise<boolean> {
    return !this.#isAtHand(cursor) && cursor.position < (await this.log.state()).oldest - 1;
  }

  /**
   * The cursor that the id of a publisher stands for. Events that the caller may not see count as unknown: a stream that
   * continues from one would reveal that it exists.
   */
  async #published(id: string, view: StreamView): Promise<Cursor | undefined> {
    if (publicIdMistake(id) !== undefined) return undefined;
    const events = await this.log.withPublicId(id, MAX_REPEATS);
    const known = events.find((event) => this.views.mayKnow(view, event));
    return known && { epoch: this.feed.epoch, position: known.position };
  }

  async #after(cursor: Cursor | undefined, view: StreamView): Promise<StartPosition> {
    // A snapshot may include commits that the feed has not read yet.
    if (cursor && cursor.position > this.feed.head) await this.feed.wake();
    const unusable = this.#unusable(cursor, view);
    if (unusable) return unusable;
    // They may also be trimmed later, before the subscriber has caught up. Then it gets its reset at that time.
    if (await this.#isTrimmed(cursor!)) return { position: this.feed.head, reset: 'expired' };
    return { position: cursor!.position };
  }

  /** Where a stream starts whose cursor does not belong to this log, or to what its caller may see now. */
  #unusable(cursor: Cursor | undefined, view: StreamView): StartPosition | undefined {
    const { head, epoch } = this.feed;
    const isOfThisLog = cursor?.epoch === epoch && cursor.position <= head;
    if (isOfThisLog && !isBeforeGrants(cursor.position, view)) return undefined;
    return { position: head, reset: 'unknown' };
  }
}

/** Whether a named topic was granted after a position: the stream would miss the events before the grant silently. */
const isBeforeGrants = (position: number, { named, topics }: StreamView): boolean =>
  named !== undefined && [...topics.values()].some((since) => since > position);

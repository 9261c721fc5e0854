import { formatCursor } from '../log/cursor.js';
import type { EventFeed } from '../log/event-feed.js';
import type { LoggedEvent } from '../log/event-log.js';
import type { Backlog } from './backlog.js';
import type { Channel, LiveSubscription } from './channel.js';
import { Chunk } from './chunk.js';
import { CONTROL_FRAMES, type ControlFrames } from './control-frames.js';
import type { Overlap } from './overlap.js';
import type { Replays } from './replays.js';
import type { Scheduler } from './scheduler.js';
import type { SseConnection } from './sse-connection.js';
import type { StartPosition } from './start-position.js';
import type { CloseReason, ResetReason, StreamStatistics } from './stream-statistics.js';
import { StreamWriter } from './stream-writer.js';
import type { Caller, Subscriber } from './subscriber.js';

/** What all subscriptions of a process share. */
export interface StreamContext {
  readonly feed: EventFeed;
  readonly replays: Replays;
  readonly scheduler: Scheduler;
  readonly backlog: Backlog;
  readonly statistics: StreamStatistics;
  /** Called when one becomes live for the first time. */
  onLive(subscription: StreamSubscription): void;
  /** Called when the connection of one has closed. */
  onLeave(subscription: StreamSubscription): void;
}

/** The connection of a stream, and where the stream starts. */
interface Opened {
  readonly connection: SseConnection;
  readonly start: StartPosition;
  /** Called when the connection has closed. */
  readonly onLeave: () => void;
}

/**
 * One open stream: a cursor over the log, and the connection that it is written to.
 *
 * It is live (everything up to the head of the feed has been handed to its connection), or it is catching up (it reads on
 * from its cursor as its connection drains). A new subscriber, one whose connection is full and one that came back are the
 * same case, so no subscriber has a queue that could grow.
 */
export class StreamSubscription implements LiveSubscription {
  /** When it was opened, by the wall clock. */
  readonly since = Date.now();
  readonly #writer: StreamWriter;
  readonly #onLeave: () => void;
  #position: number;
  #overlap: Overlap | undefined;
  #catchingUp = false;
  #hasBeenLive = false;
  /** Nothing more is delivered. */
  #ended = false;
  /** The connection has closed. */
  #left = false;

  constructor(
    readonly channel: Channel,
    private readonly subscriber: Subscriber,
    { connection, start, onLeave }: Opened,
    private readonly context: StreamContext,
    /** When its lifetime is over, by the monotonic clock, in milliseconds. */
    private readonly due: number,
  ) {
    this.#position = start.position;
    this.#overlap = start.overlap;
    this.#onLeave = onLeave;
    context.statistics.opened++;
    this.#writer = new StreamWriter(connection, context, this);
  }

  get caller(): Caller | undefined {
    return this.subscriber.caller;
  }

  /** How its frames that are not events are written. */
  get control(): ControlFrames {
    return this.channel.view.control ?? CONTROL_FRAMES;
  }

  get position(): number {
    return this.#position;
  }

  /** Whether it reads on from its cursor, or waits until its connection takes more. */
  get isCatchingUp(): boolean {
    return !this.#ended && !this.channel.isLive(this);
  }

  /** Bytes that have not been handed to the kernel. */
  get pending(): number {
    return this.#writer.pending;
  }

  /** Starts to deliver, after a reset if the cursor of the request is unusable. */
  start(reset?: ResetReason): void {
    if (reset) this.#reset(reset);
    this.#catchUp();
  }

  /** Resets the client and continues from the head: its cursor has become unusable. */
  restart(): void {
    if (this.#ended) return;
    this.#reset('unknown');
    this.channel.leave(this);
    this.#catchUp();
  }

  receive(run: Chunk, head: number, now: number): void {
    this.#position = head;
    if (this.#ended) return;
    this.#writer.write(run, now);
    if (this.#writer.isFull) this.channel.leave(this);
  }

  receiveTransient(run: Chunk, now: number): void {
    if (this.#ended) return;
    this.#writer.writeTransient(run, now);
    if (this.#writer.isFull) this.channel.leave(this);
  }

  fallBehind(): void {
    this.channel.leave(this);
    // In a later turn: what is being delivered now may end its session.
    this.context.scheduler.add('live', () => this.#catchUp());
  }

  /** After so many milliseconds of silence: a heartbeat, which states that everything up to `head` has been delivered. */
  beat(silence: number, heartbeat: Chunk, head: number, now: number): void {
    if (this.#writer.isSilent(silence, now) && this.channel.isUpToDate(this))
      this.receive(heartbeat, head, now);
  }

  /** Whether its connection is full and its client has taken nothing for so many milliseconds. */
  isStalled(timeout: number, now: number): boolean {
    return this.#writer.isStalled(timeout, now);
  }

  /** Why it ends now: its lifetime is over, or the sign-in of its caller, which ends by the wall clock. */
  dueReason(now: number, wallClock: number): CloseReason | undefined {
    if (this.#ended) return undefined;
    if (now >= this.due) return 'lifetime';
    return wallClock >= (this.caller?.expiresAt ?? Infinity) ? 'sign-in' : undefined;
  }

  /** Delivers nothing more, and ends the stream with a closing frame in a coming turn. */
  close(reason: CloseReason, retry: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#writer.closeFor(reason);
    this.channel.leave(this);
    // Many may end at once, such as those of sessions that expire together.
    this.context.scheduler.add('live', () => {
      if (!this.#left) this.#writer.end(this.control.closing(retry));
    });
  }

  cut(reason: CloseReason): void {
    this.#writer.cut(reason);
  }

  drained(): void {
    this.#catchUp();
  }

  left(): void {
    this.#ended = true;
    this.#left = true;
    this.channel.leave(this);
    this.context.onLeave(this);
    this.#onLeave();
  }

  #catchUp(): void {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    this.#advance();
  }

  /** Delivers one page, or goes live at the head. */
  #advance(): void {
    const { feed, replays } = this.context;
    if (this.#ended || this.#writer.isFull || this.#position >= feed.head) return this.#arrive();
    const recent = replays.recent(this.#position);
    if (recent) return this.#replay(recent);
    replays
      .read(this.#position, this.#owner)
      .then((events) => this.#replay(events))
      // The log cannot be read. The client comes back with its cursor, to this process or another.
      .catch(() => this.cut('unreadable'));
  }

  /** In the turn that compared its position with the head, so that no event passes between the replay and the feed. */
  #arrive(): void {
    this.#catchingUp = false;
    if (this.#ended || this.#writer.isFull) return;
    this.channel.join(this);
    if (!this.#hasBeenLive) this.context.onLive(this);
    this.#hasBeenLive = true;
  }

  #replay(events: readonly LoggedEvent[]): void {
    if (!this.#ended) this.#deliver(events);
    this.context.replays.inTurn(this.#owner, () => this.#advance());
  }

  #deliver(events: readonly LoggedEvent[]): void {
    // Positions have no gaps. Missing ones were trimmed before this subscriber reached them.
    if (events[0]?.position !== this.#position + 1) return this.#reset('expired');
    const last = events.at(-1)!;
    const included = events.filter((event) => this.channel.includes(event));
    const delivered = this.#overlap ? this.#deliverOverlap(included) : this.#deliverPage(included);
    this.#position = last.position;
    if (this.#overlap?.isPast(this.#position)) this.#overlap = undefined;
    // The cursor moves past events that the subscriber does not receive.
    if (delivered.at(-1) !== last) this.#writer.writeFrame(this.control.cursor(this.#cursor));
  }

  #deliverPage(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    this.#writer.write(this.channel.encodePage(events), performance.now());
    return events;
  }

  /** The cursors of these frames contain the snapshot, so a connection that is cut here continues exactly. */
  #deliverOverlap(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    const overlap = this.#overlap!;
    const delivered = events.filter((event) => !overlap.shows(event));
    const { encoder } = this.channel.view;
    const frames = delivered.map((event) =>
      encoder.frameWith(this.#cursorAt(event.position), event),
    );
    this.#writer.write(Chunk.of(frames, delivered.length), performance.now());
    return delivered;
  }

  #reset(reason: ResetReason): void {
    this.context.statistics.resets[reason]++;
    this.#position = this.context.feed.head;
    this.#overlap = undefined;
    const data = JSON.stringify({ reason, snapshot: this.channel.view.snapshot });
    this.#writer.writeFrame(this.control.reset(this.#cursor, data));
  }

  get #cursor(): string {
    return this.#cursorAt(this.#position);
  }

  #cursorAt(position: number): string {
    const snapshot = this.#overlap?.isPast(position) ? undefined : this.#overlap?.snapshot;
    return formatCursor({ epoch: this.channel.epoch, position, snapshot });
  }

  /** Whose turn it is to catch up: all streams of a user, or of an anonymous network, share their turns. */
  get #owner(): string {
    return this.subscriber.caller?.id ?? this.subscriber.network;
  }
}

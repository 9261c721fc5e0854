import type { Caller } from '../http/caller.js';
import type { Backlog, Waiting } from './backlog.js';
import type { Channel, LiveListener } from './channel.js';
import { Chunk } from './chunk.js';
import { formatCursor } from './cursor.js';
import type { EventFeed } from './event-feed.js';
import type { LoggedFact } from './event-log.js';
import { frame } from './frames.js';
import type { Outlet } from './outlet.js';
import type { Replays } from './replays.js';
import type { Turns } from './turns.js';

export type ResetReason = 'expired' | 'unknown';

/** What all listeners of a process share. */
export interface StreamContext {
  readonly feed: EventFeed;
  readonly replays: Replays;
  readonly turns: Turns;
  readonly backlog: Backlog;
}

/** Who has opened a stream, and from where. */
export interface Opener {
  /** `undefined` when nobody signed in. */
  readonly caller: Caller | undefined;
  readonly network: string;
}

/**
 * One open stream: a cursor over the log, and the connection that it is written to.
 *
 * It is live (all that it is to hear of up to the head of the feed has been handed to its socket), or it is catching
 * up (it reads on from its cursor as its socket drains). A new listener, one whose socket is full, and one that came
 * back are the same case, so there is no queue for each listener that could grow.
 */
export class Listener implements LiveListener, Waiting {
  #position: number;
  #catchingUp = false;
  #hasBeenLive = false;
  #ended = false;
  #left = false;
  /** When bytes were last given to the socket, and since when it takes no more; by the monotonic clock, in ms. */
  #lastWrite = performance.now();
  #fullSince = 0;
  #taken = 0;

  constructor(
    readonly channel: Channel,
    private readonly opener: Opener,
    private readonly outlet: Outlet,
    private readonly context: StreamContext,
    position: number,
    /** When its lifetime is over, by the monotonic clock; ms. */
    private readonly due: number,
    private readonly onLive: () => void,
    onLeave: () => void,
  ) {
    this.#position = position;
    outlet.on('drain', () => this.#drained());
    outlet.on('close', () => this.#leave(onLeave));
  }

  get caller(): Caller | undefined {
    return this.opener.caller;
  }

  /** Who takes turns with others in what it costs to catch up. */
  get #owner(): string {
    return this.opener.caller?.userId ?? this.opener.network;
  }

  get position(): number {
    return this.#position;
  }

  /** Bytes that wait in its socket. */
  get pending(): number {
    return this.outlet.pending;
  }

  /** Begins to deliver. `reset` tells first that the cursor it came with is of no use. */
  start(reset?: ResetReason): void {
    if (reset) this.#reset(reset);
    this.#catchUp();
  }

  /** Tells that its cursor is of no use any more, and goes on from the head. */
  startAnew(): void {
    if (this.#ended) return;
    this.#reset('unknown');
    this.channel.leave(this);
    this.#catchUp();
  }

  receive(run: Chunk, head: number, now: number): void {
    this.#position = head;
    this.#write(run, now);
    if (this.#fullSince) this.channel.leave(this);
  }

  receiveTransient(run: Chunk, now: number): void {
    // It does not count as a sign of life: the cursor would grow old meanwhile.
    const lastWrite = this.#lastWrite;
    this.#write(run, now);
    this.#lastWrite = lastWrite;
    if (this.#fullSince) this.channel.leave(this);
  }

  fallBehind(): void {
    this.channel.leave(this);
    // In a later turn: by what is being handed on now, its session may end.
    this.context.turns.add('live', () => this.#catchUp());
  }

  /** After so many ms of silence: the sign of life that says that everything up to `head` has been told. */
  beat(silence: number, heartbeat: Chunk, head: number, now: number): void {
    if (now - this.#lastWrite < silence || !this.channel.isUpToDate(this)) return;
    this.receive(heartbeat, head, now);
  }

  /** Whether its socket is full and has taken nothing for so many ms. */
  isStalled(timeout: number, now: number): boolean {
    if (!this.#fullSince) return false;
    const { taken } = this.outlet;
    if (taken !== this.#taken) [this.#taken, this.#fullSince] = [taken, now];
    return now - this.#fullSince >= timeout;
  }

  /** Whether its lifetime is over, or what its caller signed in with, which ends by the wall clock. */
  isDue(now: number, wallClock: number): boolean {
    if (this.#ended) return false;
    return now >= this.due || (this.caller !== undefined && wallClock >= this.caller.expiresAt);
  }

  /** Delivers nothing more from now on, and tells the client in a coming turn when to come back, as the last thing. */
  farewell(retry: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.channel.leave(this);
    // Many may end at once, as those of sessions that expire together.
    this.context.turns.add('live', () => this.#close(retry));
  }

  /** Drops the connection: what waits for a socket that takes nothing would wait for ever. */
  cut(): void {
    this.outlet.cut();
  }

  #close(retry: number): void {
    if (this.#left) return;
    if (!this.outlet.write(Chunk.of([frame({ retry })]))) this.context.backlog.add(this);
    // From now on it has so long to take the rest.
    this.#fullSince ||= performance.now();
    this.outlet.end();
  }

  #leave(onLeave: () => void): void {
    this.#ended = true;
    this.#left = true;
    this.channel.leave(this);
    this.context.backlog.remove(this);
    onLeave();
  }

  #catchUp(): void {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    this.#advance();
  }

  /** One page nearer to the head, or live. */
  #advance(): void {
    const { feed, replays } = this.context;
    if (this.#ended || this.#fullSince || this.#position >= feed.head) {
      this.#catchingUp = false;
      if (!this.#ended && !this.#fullSince) this.#goLive();
      return;
    }
    const recent = replays.recent(this.#position);
    if (recent) this.#replay(recent);
    else
      replays
        .read(this.#position, this.#owner)
        .then((facts) => this.#replay(facts))
        // The log cannot be read. The client comes back with its cursor, to this process or to another.
        .catch(() => this.cut());
  }

  /** In the turn that has compared its position with the head, so no fact can pass between the replay and the feed. */
  #goLive(): void {
    this.channel.join(this);
    if (!this.#hasBeenLive) this.onLive();
    this.#hasBeenLive = true;
  }

  #replay(facts: readonly LoggedFact[]): void {
    this.#tell(facts);
    this.context.replays.inTurn(this.#owner, () => this.#advance());
  }

  #tell(facts: readonly LoggedFact[]): void {
    // Positions have no gaps: one that is missing was trimmed while this listener was on its way to it, or is a hole.
    if (facts[0]?.position !== this.#position + 1) return this.#reset('expired');
    const last = facts.at(-1)!;
    const heard = facts.filter((fact) => this.channel.includes(fact));
    this.#position = last.position;
    this.#write(this.channel.encodePage(heard), performance.now());
    // Past facts that it does not hear of, its cursor moves without an event.
    if (heard.at(-1) !== last) this.#writeFrame(frame({ id: this.#cursor }));
  }

  #reset(reason: ResetReason): void {
    this.#position = this.context.feed.head;
    const data = JSON.stringify({ reason, snapshot: this.channel.view.snapshot });
    this.#writeFrame(frame({ type: 'reset', id: this.#cursor, data }));
  }

  get #cursor(): string {
    return formatCursor({ epoch: this.channel.epoch, position: this.#position });
  }

  #writeFrame(text: string): void {
    this.#write(Chunk.of([text]), performance.now());
  }

  #write(chunk: Chunk, now: number): void {
    if (this.#ended || chunk.isEmpty) return;
    this.#lastWrite = now;
    if (this.outlet.write(chunk)) return;
    this.#fullSince ||= now;
    this.context.backlog.add(this);
  }

  #drained(): void {
    if (this.#ended) return;
    this.#fullSince = 0;
    this.context.backlog.remove(this);
    this.#catchUp();
  }
}

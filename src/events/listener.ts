import type { Writable } from 'node:stream';
import type { Channel, LiveListener } from './channel.js';
import { formatCursor } from './cursor.js';
import type { EventFeed } from './event-feed.js';
import type { EventLog, LoggedFact } from './event-log.js';
import { frame } from './frames.js';
import { includes } from './stream-view.js';

/** Facts that are read from the log at once: what a socket that has just drained is given. */
const PAGE = 100;

export type ResetReason = 'expired' | 'unknown';

/**
 * One open stream: a cursor over the log, and the socket that it is written to.
 *
 * It is live (everything up to the head of the feed has been handed to its socket), or it is catching up
 * (it reads on from its cursor as its socket drains). A new listener, one whose socket is full, and one that
 * came back are the same case, so there is no queue for each listener that could grow.
 */
export class Listener implements LiveListener {
  #position: number;
  #catchingUp = false;
  #ended = false;
  /** When bytes were last given to the socket, and since when it takes no more; ms since the epoch. */
  #lastWrite = Date.now();
  #fullSince: number | undefined;
  readonly #onDrain = (): void => {
    this.#fullSince = undefined;
    void this.#catchUp();
  };

  constructor(
    private readonly channel: Channel,
    private readonly socket: Writable,
    private readonly feed: EventFeed,
    private readonly log: EventLog,
    position: number,
  ) {
    this.#position = position;
  }

  /** Begins to deliver. `reset` tells first that the cursor it came with is of no use. */
  start(reset?: ResetReason): void {
    if (this.#ended) return;
    this.socket.on('drain', this.#onDrain);
    if (reset) this.#reset(reset);
    void this.#catchUp();
  }

  /** The channel calls it while the listener is live. */
  receive(bytes: Buffer, head: number): void {
    this.#position = head;
    if (bytes.length > 0) this.#write(bytes);
    if (this.#fullSince !== undefined) this.channel.live.delete(this);
  }

  /** After so many ms of silence: a sign of life, which also moves a filtered listener's cursor. */
  beat(silence: number, now: number): void {
    if (!this.channel.live.has(this) || now - this.#lastWrite < silence) return;
    this.#write(frame({ type: 'heartbeat', id: this.#cursor, data: '{}' }));
  }

  /** Whether its socket has taken nothing for so many ms. */
  isStalled(timeout: number, now: number): boolean {
    return this.#fullSince !== undefined && now - this.#fullSince >= timeout;
  }

  /** Tells the client when to come back, as the last thing. */
  farewell(retry: number): void {
    this.#write(frame({ retry }));
    this.end();
  }

  /** Drops the connection: what waits for a socket that takes nothing would wait for ever. */
  cut(): void {
    this.socket.destroy();
  }

  end(): void {
    this.#ended = true;
    this.channel.live.delete(this);
    this.socket.off('drain', this.#onDrain);
  }

  get #cursor(): string {
    return formatCursor({ epoch: this.channel.epoch, position: this.#position });
  }

  async #catchUp(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      while (!this.#ended && this.#fullSince === undefined) {
        if (this.#position === this.feed.head) {
          // In the same turn as the comparison, so no fact can pass between the log and the feed.
          this.channel.live.add(this);
          return;
        }
        this.#replay(await this.log.read(this.#position, this.feed.head, PAGE));
      }
    } catch {
      // The log cannot be read. The client comes back with its cursor, to this process or to another.
      this.cut();
    } finally {
      this.#catchingUp = false;
    }
  }

  #replay(facts: readonly LoggedFact[]): void {
    if (this.#ended) return;
    // Positions have no gaps: one that is missing was trimmed while this listener was on its way to it.
    if (facts[0]?.position !== this.#position + 1) return this.#reset('expired');
    const last = facts.at(-1)!;
    this.#position = last.position;
    const bytes = this.channel.encode(facts);
    if (bytes.length > 0) this.#write(bytes);
    // Past facts that it does not hear of, its cursor moves without an event.
    if (!includes(this.channel.view, last)) this.#write(frame({ id: this.#cursor }));
  }

  #reset(reason: ResetReason): void {
    this.#position = this.feed.head;
    const data = JSON.stringify({ reason, snapshot: this.channel.view.snapshot });
    this.#write(frame({ type: 'reset', id: this.#cursor, data }));
  }

  #write(bytes: Buffer): void {
    if (this.#ended) return;
    this.#lastWrite = Date.now();
    if (!this.socket.write(bytes)) this.#fullSince ??= this.#lastWrite;
  }
}

import type { Backlog, Waiting } from './backlog.js';
import { Chunk } from './chunk.js';
import type { SseConnection } from './sse-connection.js';
import type { CloseReason, StreamStatistics } from './stream-statistics.js';

/** Milliseconds without a byte taken after which a stream that has ended is disconnected. Its client can resume. */
const ENDED_TIMEOUT = 2000;

/** The stream that is written. */
interface Written {
  /** Its connection takes more again. */
  drained(): void;
  /** Its connection has closed. */
  left(): void;
}

/** Writes one stream to its connection, and tracks whether the client reads it. Times are by the monotonic clock, in ms. */
export class StreamWriter implements Waiting {
  /** When bytes were last written that move the cursor. */
  #lastWrite = performance.now();
  /** Since when the connection takes no more; 0 while it does. */
  #fullSince = 0;
  /** What the client had taken at the last look. */
  #taken = 0;
  #isEnding = false;
  #closesFor: CloseReason = 'client';

  constructor(
    private readonly connection: SseConnection,
    private readonly shared: { readonly backlog: Backlog; readonly statistics: StreamStatistics },
    private readonly stream: Written,
  ) {
    connection.on('drain', () => this.#drained());
    connection.on('close', () => this.#closed());
  }

  /** Whether the connection takes no more for now. Whatever is written waits in memory. */
  get isFull(): boolean {
    return this.#fullSince > 0;
  }

  get pending(): number {
    return this.connection.pending;
  }

  write(chunk: Chunk, now: number): void {
    if (chunk.isEmpty) return;
    this.#lastWrite = now;
    this.#send(chunk, now);
  }

  writeFrame(text: string): void {
    this.write(Chunk.of([text]), performance.now());
  }

  /** Writes frames without a cursor. A heartbeat is still due: the client's cursor would become too old. */
  writeTransient(chunk: Chunk, now: number): void {
    this.#send(chunk, now);
  }

  /** Whether nothing that moves the cursor was written for so many milliseconds. */
  isSilent(milliseconds: number, now: number): boolean {
    return now - this.#lastWrite >= milliseconds;
  }

  /**
   * Whether the connection is full and the client has taken nothing for so many milliseconds, or for ENDED_TIMEOUT after
   * its closing frame: a shutdown waits for it.
   */
  isStalled(timeout: number, now: number): boolean {
    if (!this.#fullSince) return false;
    const { taken } = this.connection;
    if (taken !== this.#taken) [this.#taken, this.#fullSince] = [taken, now];
    return now - this.#fullSince >= (this.#isEnding ? Math.min(timeout, ENDED_TIMEOUT) : timeout);
  }

  /** Writes the closing frame and ends the connection. The client has ENDED_TIMEOUT to take the rest. */
  end(closing: string): void {
    this.#isEnding = true;
    const now = performance.now();
    this.#send(Chunk.of([closing]), now);
    this.#fullSince = now;
    this.connection.end();
  }

  /** States why the stream closes. Only the first reason counts. */
  closeFor(reason: CloseReason): void {
    if (this.#closesFor === 'client') this.#closesFor = reason;
  }

  /** Closes the connection. What waits for a client that reads nothing would wait forever. */
  cut(reason: CloseReason): void {
    this.closeFor(reason);
    this.connection.cut();
  }

  #send(chunk: Chunk, now: number): void {
    const { statistics } = this.shared;
    statistics.writes++;
    statistics.deliveries += chunk.events;
    statistics.bytes += chunk.plain.length;
    if (this.connection.write(chunk)) return;
    this.#fullSince ||= now;
    this.shared.backlog.add(this, chunk);
  }

  #drained(): void {
    if (this.#isEnding) return;
    this.#fullSince = 0;
    this.shared.backlog.remove(this);
    this.stream.drained();
  }

  #closed(): void {
    this.shared.backlog.remove(this);
    this.shared.statistics.closes[this.#closesFor]++;
    this.stream.left();
  }
}

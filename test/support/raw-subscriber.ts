import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface ReceivedEvent {
  readonly type: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

export interface SubscribeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/**
 * A client on a bare socket: it keeps every byte, undoes the chunked coding itself, and has a parser that
 * follows the WHATWG standard judge what arrives.
 */
export class RawSubscriber {
  /** What came after the headers, with the chunked coding undone. */
  body = '';
  head = '';
  readonly received: ReceivedEvent[] = [];
  retry: number | undefined;
  ended = false;
  readonly socket: Socket;
  #raw: Buffer = Buffer.alloc(0);
  #decoder = new TextDecoder();
  #lastEventId = '';
  readonly #wakers = new Set<() => void>();
  readonly #parser = createParser({
    onEvent: (event) => this.#onEvent(event),
    onRetry: (retry) => (this.retry = retry),
    onError: (error) => {
      throw error;
    },
  });

  constructor(port: number, path: string, { headers = {}, method = 'GET' }: SubscribeOptions = {}) {
    this.socket = connect({ port, host: '127.0.0.1' });
    const lines = Object.entries({ Host: 'localhost', Accept: 'text/event-stream', ...headers });
    this.socket.write(
      `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    );
    this.socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.ended = true;
      this.#wake();
    });
  }

  /** What a client has understood that got these bytes and no more. */
  static parse(bytes: Uint8Array): { events: ReceivedEvent[]; cursor: string } {
    const events: ReceivedEvent[] = [];
    const parser = createParser({
      onEvent: ({ event = 'message', id, data }) =>
        events.push({ type: event, id, data: JSON.parse(data) }),
    });
    const text = new TextDecoder().decode(bytes);
    parser.feed(text);
    return { events, cursor: lastCursor(text) };
  }

  get status(): number {
    return Number(this.head.split(' ')[1]);
  }

  /** The cursor that a browser would come back with: that of the last id, with data or without. */
  get cursor(): string {
    return lastCursor(this.body);
  }

  /** Without heartbeats, which come when the test takes long. */
  get events(): ReceivedEvent[] {
    return this.received.filter(({ type }) => type !== 'heartbeat');
  }

  of(...types: string[]): ReceivedEvent[] {
    return this.received.filter(({ type }) => types.includes(type));
  }

  /** Resolves when the condition holds; looks at it whenever something has arrived. */
  async until(condition: (subscriber: this) => boolean, timeout = 20_000): Promise<this> {
    const deadline = Date.now() + timeout;
    while (!condition(this)) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(
          `Not within ${timeout} ms: ${String(condition)}\n${this.head}\n${this.body.slice(-2000)}`,
        );
      await new Promise<void>((resolve) => {
        const waker = (): void => {
          clearTimeout(timer);
          this.#wakers.delete(waker);
          resolve();
        };
        const timer = setTimeout(waker, Math.min(left, 1000));
        this.#wakers.add(waker);
      });
    }
    return this;
  }

  opened(): Promise<this> {
    return this.until(({ retry }) => retry !== undefined);
  }

  receives(count: number, ...types: string[]): Promise<this> {
    return this.until((subscriber) => subscriber.of(...types).length >= count);
  }

  async close(): Promise<void> {
    if (this.socket.destroyed) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }

  #onEvent({ event = 'message', data, id }: EventSourceMessage): void {
    if (id !== undefined) this.#lastEventId = id;
    this.received.push({ type: event, id: this.#lastEventId, data: JSON.parse(data) });
  }

  #receive(chunk: Buffer): void {
    this.#raw = Buffer.concat([this.#raw, chunk]);
    if (!this.head) {
      const end = this.#raw.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.#raw.subarray(0, end).toString();
      this.#raw = this.#raw.subarray(end + 4);
    }
    if (/transfer-encoding: chunked/i.test(this.head)) this.#unchunk();
    else {
      this.#take(this.#raw);
      this.#raw = Buffer.alloc(0);
    }
    this.#wake();
  }

  #unchunk(): void {
    for (;;) {
      const lineEnd = this.#raw.indexOf('\r\n');
      if (lineEnd < 0) return;
      const size = parseInt(this.#raw.subarray(0, lineEnd).toString(), 16);
      if (this.#raw.length < lineEnd + 2 + size + 2) return;
      if (size === 0) {
        this.ended = true;
        return;
      }
      this.#take(this.#raw.subarray(lineEnd + 2, lineEnd + 2 + size));
      this.#raw = this.#raw.subarray(lineEnd + 2 + size + 2);
    }
  }

  #take(bytes: Buffer): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    this.body += text;
    if (/text\/event-stream/.test(this.head)) this.#parser.feed(text);
  }

  #wake(): void {
    for (const waker of this.#wakers) waker();
  }
}

/** An id counts once the blank line behind it has come (HTML standard, 9.2.6). */
const lastCursor = (text: string): string =>
  [...text.matchAll(/^id: (.*)\n(?:.+\n)*\n/gm)].at(-1)?.[1] ?? '';

/** Opens a stream and waits for its opening frame. */
export const subscribe = (
  port: number,
  path: string,
  options?: SubscribeOptions,
): Promise<RawSubscriber> => new RawSubscriber(port, path, options).opened();

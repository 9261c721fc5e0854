import type { EventSourceParser } from 'eventsource-parser';
import { FollowError, problemErrorOf } from './errors.js';
import { loadParser } from './load-parser.js';
import type {
  Frame,
  OpenStream,
  OpenTransport,
  TransportRequest,
  TransportSink,
} from './transport.js';

/** Reads the stream with `fetch`: it sends headers, and sees the status, `retry` and frames without data. */
export const openFetchStream: OpenStream = (request, sink) => new FetchStream(request, sink);

class FetchStream implements OpenTransport {
  readonly #request: TransportRequest;
  readonly #sink: TransportSink;
  readonly #closing = new AbortController();
  #frames: Frame[] = [];
  /** The id of a frame whose data, if it has any, comes next. */
  #id: string | null = null;
  #held: Promise<void> | null = null;
  #release = () => {};

  constructor(request: TransportRequest, sink: TransportSink) {
    this.#request = request;
    this.#sink = sink;
    void this.#run();
  }

  close(): void {
    this.#closing.abort();
    this.#release();
  }

  hold(): void {
    this.#held ??= new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#held = null;
    this.#release();
  }

  async #run(): Promise<void> {
    try {
      const response = await this.#open();
      const parser = await this.#parser();
      this.#unlessClosed(() => this.#sink.onOpen());
      await this.#read(response.body!, parser);
      this.#unlessClosed(() => this.#sink.onEnd(null));
    } catch (cause) {
      const error = asFollowError(cause);
      const { onEnd, onRefusal } = this.#sink;
      this.#unlessClosed(() => (error.isTemporary ? onEnd(error) : onRefusal(error)));
    }
  }

  async #parser(): Promise<EventSourceParser> {
    const { createParser } = await loadParser();
    return createParser({
      onId: (id) => this.#onId(id),
      onEvent: ({ event = 'message', data, id }) =>
        this.#onEvent({ type: event, data, id: id || null }),
      onRetry: (milliseconds) => this.#sink.onRetry(milliseconds),
    });
  }

  async #open(): Promise<Response> {
    const { url, headers, credentials, fetch } = this.#request;
    const response = await fetch(url, {
      headers: { Accept: 'text/event-stream', ...(await headers()) },
      credentials,
      cache: 'no-store',
      signal: this.#closing.signal,
    });
    if (isEventStream(response)) return response;
    if (response.status >= 400) throw await problemErrorOf(response);
    await response.body?.cancel();
    throw notAnEventStream(response);
  }

  async #read(body: ReadableStream<Uint8Array>, parser: EventSourceParser): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      parser.feed(decoder.decode(chunk.value, { stream: true }));
      this.#flushId();
      await this.#deliver();
    }
  }

  /** What has been read waits here while the consumer is full: at most one chunk. */
  async #deliver(): Promise<void> {
    const frames = this.#frames;
    this.#frames = [];
    for (const frame of frames) {
      if (this.#held) await this.#held;
      if (this.#closing.signal.aborted) return;
      this.#sink.onFrame(frame);
    }
    if (this.#held) await this.#held;
  }

  #onId(id: string): void {
    this.#flushId();
    this.#id = id;
  }

  #onEvent(frame: Frame): void {
    if (frame.id === null) this.#flushId();
    this.#id = null;
    this.#frames.push(frame);
  }

  /** The frame had an id, and no data. */
  #flushId(): void {
    if (this.#id !== null) this.#frames.push({ type: null, data: '', id: this.#id });
    this.#id = null;
  }

  #unlessClosed(act: () => void): void {
    if (!this.#closing.signal.aborted) act();
  }
}

function isEventStream({ status, headers }: Response): boolean {
  return status === 200 && /^text\/event-stream\b/i.test(headers.get('Content-Type') ?? '');
}

function notAnEventStream({ status, headers }: Response): FollowError {
  const type = headers.get('Content-Type') ?? 'no content type';
  return new FollowError(
    'not-an-event-stream',
    `The response has status ${status} and ${type} instead of text/event-stream. Check the URL, and what answers in front of the server.`,
  );
}

function asFollowError(cause: unknown): FollowError {
  if (cause instanceof FollowError) return cause;
  const message =
    'The connection failed. Check the network, the URL, and, for another origin, CORS.';
  return new FollowError('network', message, { cause });
}

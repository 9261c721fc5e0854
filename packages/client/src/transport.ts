import type { FollowError } from './errors.js';

/** One frame of a stream. */
export interface Frame {
  /** `null` for a frame without data: it only moves the cursor. */
  readonly type: string | null;
  readonly data: string;
  /** The id, or `null` if the frame has none. */
  readonly id: string | null;
}

/** Receives what a transport delivers. After `close()` it receives nothing. */
export interface TransportSink {
  readonly onOpen: () => void;
  readonly onFrame: (frame: Frame) => void;
  /** The server's `retry`, in ms. */
  readonly onRetry: (milliseconds: number) => void;
  /** The stream ended, or failed in a way that another attempt may change. */
  readonly onEnd: (error: FollowError | null) => void;
  /** The server refused, and another attempt would be refused too. */
  readonly onRefusal: (error: FollowError) => void;
}

export interface TransportRequest {
  readonly url: string;
  /** The types of event to deliver, for a transport that has to know them. */
  readonly types: readonly string[];
  readonly headers: () => Promise<Record<string, string>>;
  readonly credentials: RequestCredentials;
  readonly fetch: typeof fetch;
}

export interface OpenTransport {
  close(): void;
  /** Stops reading, and keeps the connection. Without it the stream is closed, and opened again later. */
  hold?(): void;
  release?(): void;
}

export type OpenStream = (request: TransportRequest, sink: TransportSink) => OpenTransport;

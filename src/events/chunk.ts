/**
 * Bytes of an event stream that are the same for many listeners, with the chunked coding of HTTP/1.1 (RFC 9112, 7.1)
 * already around them.
 */
export class Chunk {
  static readonly empty = new Chunk(Buffer.alloc(0), Buffer.alloc(0));

  private constructor(
    /** As HTTP/1.1 frames it. */
    readonly chunked: Buffer,
    /** For a client of HTTP/1.0, whose stream ends with the connection. */
    readonly plain: Buffer,
  ) {}

  static of(frames: readonly Buffer[]): Chunk {
    const length = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (length === 0) return Chunk.empty;
    const head = Buffer.from(`${length.toString(16)}\r\n`);
    const chunked = Buffer.concat([head, ...frames, CRLF]);
    return new Chunk(chunked, chunked.subarray(head.length, head.length + length));
  }

  get isEmpty(): boolean {
    return this.plain.length === 0;
  }
}

const CRLF = Buffer.from('\r\n');

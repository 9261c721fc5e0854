/**
 * Bytes of an event stream that are the same for many subscribers, with the chunked coding of HTTP/1.1 (RFC 9112, 7.1)
 * already around them.
 */
export class Chunk {
  static readonly empty = new Chunk(Buffer.alloc(0), Buffer.alloc(0), 0);

  private constructor(
    /** As HTTP/1.1 frames it. */
    readonly chunked: Buffer,
    /** For a client of HTTP/1.0, whose stream ends with the connection. */
    readonly plain: Buffer,
    /** How many events it contains. Frames of the stream itself, such as heartbeats, do not count. */
    readonly events: number,
  ) {}

  /**
   * Frames in one piece of memory of their own. A part of node's pool would keep all of its 64 KiB for as long as one of
   * them waits in a slow socket, or in a page that is kept.
   */
  static of(frames: readonly string[], events = 0): Chunk {
    const text = frames.join('');
    const length = Buffer.byteLength(text);
    if (length === 0) return Chunk.empty;
    const head = `${length.toString(16)}\r\n`;
    const chunked = Buffer.allocUnsafeSlow(head.length + length + CRLF.length);
    chunked.write(head, 'latin1');
    chunked.write(text, head.length);
    chunked.write(CRLF, head.length + length, 'latin1');
    return new Chunk(chunked, chunked.subarray(head.length, head.length + length), events);
  }

  get isEmpty(): boolean {
    return this.plain.length === 0;
  }
}

const CRLF = '\r\n';

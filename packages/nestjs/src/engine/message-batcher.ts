import { MAX_MESSAGE_BYTES } from './database.js';

/** Collects messages for a few milliseconds and sends them together, in lists that fit into a NOTIFY. */
export class MessageBatcher {
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param post sends a JSON list of messages. */
  constructor(
    private readonly milliseconds: number,
    private readonly post: (list: string) => void,
  ) {}

  /** @throws RangeError the message is too long. */
  add(message: string): void {
    const bytes = encodedLength(message);
    if (bytes > MAX_MESSAGE_BYTES)
      throw new RangeError(`A message has ${bytes} bytes; the maximum is ${MAX_MESSAGE_BYTES}.`);
    this.#waiting.push(message);
    this.#timer ??= setTimeout(() => this.#flush(), this.milliseconds);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #flush(): void {
    this.#timer = undefined;
    const messages = this.#waiting;
    this.#waiting = [];
    let list: string[] = [];
    let bytes = 0;
    for (const message of messages) {
      bytes += encodedLength(message) + 1;
      if (bytes > MAX_MESSAGE_BYTES) {
        this.post(JSON.stringify(list));
        [list, bytes] = [[], encodedLength(message) + 1];
      }
      list.push(message);
    }
    this.post(JSON.stringify(list));
  }
}

/** The size in bytes of a message inside a JSON list. */
const encodedLength = (message: string): number => Buffer.byteLength(JSON.stringify(message));

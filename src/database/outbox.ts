import { MOST_OF_MESSAGE } from './database.js';

/** Messages that leave together a few milliseconds after the first of them, in lists that a NOTIFY can carry. */
export class Outbox {
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
    if (bytes > MOST_OF_MESSAGE)
      throw new RangeError(`A message has ${bytes} bytes; it may have ${MOST_OF_MESSAGE}.`);
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
      if (bytes > MOST_OF_MESSAGE) {
        this.post(JSON.stringify(list));
        [list, bytes] = [[], encodedLength(message) + 1];
      }
      list.push(message);
    }
    this.post(JSON.stringify(list));
  }
}

/** Bytes of it inside a JSON list. */
const encodedLength = (message: string): number => Buffer.byteLength(JSON.stringify(message));

import { Backoff } from '@carillon/client/backoff';
import { isTemporary } from '../../http/failure.js';
import { markRead, markUnread } from './messages-api.js';

/** The read markers of a store: `store.service(readMarkers)`. */
export const readMarkers = (): ReadMarkers => new ReadMarkers({ markRead, markUnread });

/** How far the user has read, and from where on: nothing moves if the marker is before that by now. */
interface ReadPart {
  readonly seq: number;
  readonly from: number;
}

interface Requests {
  readonly markRead: (roomId: string, part: ReadPart) => Promise<void>;
  readonly markUnread: (roomId: string, seq?: number) => Promise<void>;
}

/** Sends read markers, one request per room at a time, until the server has the last of each room. */
export class ReadMarkers {
  readonly #requests: Requests;
  readonly #backoff: () => Backoff;
  /** What the server does not have yet, by the id of the room. */
  readonly #wanted = new Map<string, ReadPart>();
  /** By the id of the room. */
  readonly #sending = new Map<string, Promise<void>>();
  /** Rooms whose messages are not marked as read while they are in sight, by id. */
  readonly #held = new Set<string>();
  #isOpen = false;

  constructor(requests: Requests, backoff = () => new Backoff()) {
    this.#requests = requests;
    this.#backoff = backoff;
  }

  /** Sends until the returned function is called: the next user may be in the same rooms. */
  start(): () => void {
    this.#isOpen = true;
    return () => {
      this.#isOpen = false;
      this.#wanted.clear();
      this.#held.clear();
    };
  }

  /** Marks what was in sight. Has no effect in a room that is held. */
  saw(roomId: string, part: ReadPart): void {
    if (!this.#held.has(roomId)) this.mark(roomId, part);
  }

  mark(roomId: string, part: ReadPart): void {
    this.release(roomId);
    const earlier = this.#wanted.get(roomId);
    this.#wanted.set(roomId, { ...part, seq: Math.max(part.seq, earlier?.seq ?? 0) });
    if (this.#sending.has(roomId)) return;
    const sending = this.#sendAll(roomId).finally(() => this.#sending.delete(roomId));
    this.#sending.set(roomId, sending);
  }

  /**
   * Marks messages as unread from a `seq` on, by default from the last one of another user on, and holds the room. Waits
   * for a request that moves the marker forward: it would undo this one.
   */
  async unread(roomId: string, seq?: number): Promise<void> {
    this.hold(roomId);
    await this.#sending.get(roomId);
    await this.#requests.markUnread(roomId, seq);
  }

  /** Keeps messages unread although they are in sight, until the user leaves the room or marks it as read. */
  hold(roomId: string): void {
    this.#held.add(roomId);
    this.#wanted.delete(roomId);
  }

  release(roomId: string): void {
    this.#held.delete(roomId);
  }

  async #sendAll(roomId: string): Promise<void> {
    const backoff = this.#backoff();
    for (let part = this.#wanted.get(roomId); this.#isOpen && part;) {
      const error = await this.#requests.markRead(roomId, part).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (isTemporary(error)) await new Promise((resolve) => setTimeout(resolve, backoff.next()));
      else if (this.#wanted.get(roomId) === part) this.#wanted.delete(roomId);
      part = this.#wanted.get(roomId);
    }
  }
}

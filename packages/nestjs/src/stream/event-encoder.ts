import { type Cursor, formatCursor } from '../log/cursor.js';
import type { LoggedEvent } from '../log/event-log.js';
import { memoryOfText } from '../log/recent-events.js';
import { frame } from './frames.js';

/** The type and the data of an event in one kind of stream. */
export interface EncodedEvent {
  /** Without one, the frame has no `event:` line. */
  readonly type?: string;
  /** JSON. */
  readonly data: string;
  /** The data are any text, and are delivered unchanged: a `data:` line for each line. */
  readonly isText?: boolean;
  /** Milliseconds after which clients that lose their connection are to come back. */
  readonly retry?: number;
}

/** An event with the frames of encoders. */
type FramedEvent = LoggedEvent & { readonly [frame: symbol]: string };

/** Encodes events for one kind of stream. Each event is framed once, however many subscribers there are. */
export class EventEncoder {
  /**
   * The property of an event that contains its frame. It is not enumerable, so copies of an event have no frame.
   *
   * In a WeakMap, the frames of events that are already garbage would survive a scavenge: the map is old, and V8 takes the
   * values in it for used. Under replays from the database, they would be most of what a scavenge copies.
   */
  readonly #frame = Symbol('frame');

  constructor(
    readonly name: string,
    readonly encode: (event: LoggedEvent) => EncodedEvent,
  ) {}

  frame(event: LoggedEvent, epoch: Cursor['epoch']): string {
    let framed = this.#kept(event);
    if (!framed) {
      const id = event.public_id ?? formatCursor({ epoch, position: event.position });
      framed = this.frameWith(id, event);
      Object.defineProperty(event, this.#frame, { value: framed });
    }
    return framed;
  }

  /** Bytes of memory of the frame that is kept for an event. */
  bytesOfFrame(event: LoggedEvent): number {
    return memoryOfText(this.#kept(event) ?? '');
  }

  #kept(event: FramedEvent): string | undefined {
    return event[this.#frame];
  }

  /** The frame of an event with an id of one stream. It is not kept. */
  frameWith(id: string, event: LoggedEvent): string {
    const { type, data, retry, isText = false } = this.encode(event);
    return frame({
      ...(type !== undefined && { type }),
      ...(retry !== undefined && { retry }),
      id,
      data: isText ? data : oneLineOfJson(data),
    });
  }
}

export const areSame = (one: readonly LoggedEvent[], other: readonly LoggedEvent[]): boolean =>
  one.length === other.length && one.every((event, index) => event === other[index]);

/** Another program may have written its JSON over several lines; inside strings a line break is escaped. */
const oneLineOfJson = (json: string): string => json.replaceAll(/[\r\n]+/g, ' ');

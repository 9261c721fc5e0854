import type { SourceEvent, SourceEvents } from '../source.js';
import { RecentEvents, type SharedEvent } from './recent-events.js';

/** What one tab has of the stream: its cursor, and the last events before it. */
export class TabEvents {
  readonly #events: SourceEvents;
  readonly #recent = new RecentEvents();
  #cursor: string | null;

  constructor(events: SourceEvents, cursor: string | null) {
    this.#events = events;
    this.#cursor = cursor;
  }

  /** `null` until a snapshot has been read. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** Types of event to ask for; `null` for all. */
  get types(): readonly string[] | null {
    return this.#events.types();
  }

  /** From a snapshot; `null` if one has to be read. */
  startAt(cursor: string | null): void {
    this.#cursor = cursor;
  }

  /** Throws what the handler throws; the cursor then stays. */
  apply(event: SharedEvent): void {
    const { type, text, cursor } = event;
    if (type !== null) this.#events.onEvent({ type, text, cursor, transient: false });
    this.#cursor = cursor;
    this.#recent.push(event);
  }

  applyTransient(event: Pick<SourceEvent, 'type' | 'text' | 'value'>): void {
    this.#events.onEvent({ ...event, cursor: this.#cursor, transient: true });
  }

  /** The events after a cursor, or `null` if they are no longer kept. */
  after(cursor: string): readonly SharedEvent[] | null {
    return this.#cursor === null ? null : this.#recent.after(cursor, this.#cursor);
  }
}

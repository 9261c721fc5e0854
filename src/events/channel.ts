import type { LoggedFact } from './event-log.js';
import { includes, type StreamView } from './stream-view.js';

/** One that hears of a run of facts that ends at `head`. */
export interface LiveListener {
  receive(bytes: Buffer, head: number): void;
}

/** The listeners of one view. What they hear is put together once for all of them. */
export class Channel {
  /** Those that have been handed everything up to the head of the feed. */
  readonly live = new Set<LiveListener>();
  /** How many there are, live or catching up. */
  size = 0;

  constructor(
    readonly view: StreamView,
    readonly epoch: string,
  ) {}

  /** Hands a run of facts from the feed to the live listeners, in one write each. */
  broadcast(facts: readonly LoggedFact[]): void {
    if (this.live.size === 0) return;
    const bytes = this.encode(facts);
    const head = facts.at(-1)!.position;
    for (const listener of this.live) listener.receive(bytes, head);
  }

  /** The frames of those facts that the view includes; empty where it includes none. */
  encode(facts: readonly LoggedFact[]): Buffer {
    const { view, epoch } = this;
    const frames = facts
      .filter((fact) => includes(view, fact))
      .map((fact) => view.form.frame(fact, epoch));
    return frames.length === 1 ? frames[0]! : Buffer.concat(frames);
  }
}

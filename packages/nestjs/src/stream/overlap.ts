import type { LoggedEvent } from '../log/event-log.js';
import type { Snapshot } from '../log/snapshot.js';

/** The part of the log that contains events of which a snapshot of another program shows some already. */
export class Overlap {
  constructor(
    readonly snapshot: Snapshot,
    /** Its last position: the head of the log when everything that the snapshot saw was in it. */
    private readonly end: number,
  ) {}

  /** Whether a stream at a position has passed it. */
  isPast(position: number): boolean {
    return position >= this.end;
  }

  /** Whether the snapshot shows what the event reports. */
  shows({ position, xid }: LoggedEvent): boolean {
    return position <= this.end && this.snapshot.sees(xid);
  }
}

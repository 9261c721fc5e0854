import type { Appended, RecordedEvent, StoredEvent } from '../engine/open-transaction.js';

/** An event that gets its position when its transaction commits. */
export interface PendingEvent extends RecordedEvent {
  /** Receives the position once the transaction is on disk. */
  readonly onCommit?: (position: number) => void;
}

/** Events that a commit of this process appended to the log, in order, as they are stored. */
export interface CommittedEvents {
  readonly events: readonly StoredEvent[];
  /** The time of the event before them; `undefined` if there is none, or no longer. */
  readonly previousAt: string | undefined;
}

/** Passes each position to `onCommit`. */
export function committedEvents(
  pending: readonly PendingEvent[],
  { head, at, previousAt }: Appended,
): CommittedEvents {
  const first = head - pending.length + 1;
  const events = pending.map(({ onCommit, ...event }, index) => {
    const position = first + index;
    onCommit?.(position);
    return { position, at, ...event };
  });
  return { events, previousAt };
}

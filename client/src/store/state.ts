import { positionOf } from '@carillon/client/cursor';
import type { Read } from '../http/read.js';
import type { EventData, EventName, StreamEvent } from './events.js';

/** A part of the state, and how the stream keeps it up to date. Each feature has its own. */
export interface Slice<Part> {
  readonly name: string;
  readonly initial: Part;
  /** The part after one more event; `state` is the state before the event. */
  readonly fold?: (part: Part, event: StreamEvent, state: State) => Part;
  /** Reads the part for a snapshot. */
  readonly read?: (signal: AbortSignal) => Promise<Read<Part>>;
  /** Combines what was read with what was known; without it, what was read replaces it. The fold must tolerate events that the read part already has. */
  readonly merge?: (known: Part, read: Part) => Part;
  /** What remains of the part when events may have been missed; `state` already has the new snapshot. */
  readonly afterGap?: (part: Part, state: State) => Part;
  readonly transient?: TransientFold<Part, any>;
}

/** How a transient event, which is not stored, changes a part. */
export interface TransientFold<Part, Name extends EventName> {
  readonly name: Name;
  readonly fold: (part: Part, data: EventData[Name], me: string) => Part;
  /** The event that brings a tab up to date that joins the shared stream. */
  readonly current?: (part: Part) => EventData[Name];
}

export type AnySlice = Slice<any>;

/** A part of the state, and the position as of which it is known. */
export interface AsOf<Part> {
  readonly part: Part;
  readonly position: number;
}

/** Everything the page knows for a signed-in user and the stream keeps up to date. */
export interface State {
  /** The id of the user. */
  readonly me: string;
  readonly parts: ReadonlyMap<AnySlice, AsOf<unknown>>;
}

export function emptyState(me: string, slices: readonly AnySlice[]): State {
  return {
    me,
    parts: new Map(slices.map((slice) => [slice, { part: slice.initial, position: 0 }])),
  };
}

export function partOf<Part>(state: State, slice: Slice<Part>): Part {
  const known = state.parts.get(slice);
  if (!known) throw new Error(`No feature has registered the slice ${slice.name}`);
  return known.part as Part;
}

/** The state with a part as of a position; without one, the part keeps its position. */
export function withPart<Part>(
  state: State,
  slice: Slice<Part>,
  part: Part,
  position = state.parts.get(slice)?.position ?? 0,
): State {
  return { ...state, parts: new Map(state.parts).set(slice, { part, position }) };
}

/** The state after one more event. A part that was read at or after the event already has it. */
export function foldEvent(state: State, event: StreamEvent): State {
  const parts = Array.from(state.parts, ([slice, known]) => {
    if (!slice.fold || event.position <= known.position) return [slice, known] as const;
    return [slice, { ...known, part: slice.fold(known.part, event, state) }] as const;
  });
  return { ...state, parts: new Map(parts) };
}

export type Snapshot = ReadonlyMap<AnySlice, Read<unknown>>;

/** The state after a gap: with the snapshot, and without what may be out of date. */
export function withSnapshot(state: State, snapshot: Snapshot): State {
  const current = [...snapshot].reduce((all, [slice, { body, cursor }]) => {
    if (slice.merge) return withPart(all, slice, slice.merge(partOf(all, slice), body), 0);
    return withPart(all, slice, body, positionOf(cursor));
  }, state);
  return Array.from(state.parts.keys()).reduce(
    (all, slice) =>
      slice.afterGap ? withPart(all, slice, slice.afterGap(partOf(all, slice), all)) : all,
    current,
  );
}

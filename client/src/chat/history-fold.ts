import type { Fact } from './facts.js';
import type { Message } from './message.js';

interface Held {
  readonly message: Message;
  /** The place in the order as of which it is known; 0 where something may have been missed since. */
  readonly position: number;
}

/** What is known of the messages of one room, by `seq`: not all, and not all in one piece. */
export type History = ReadonlyMap<number, Held>;

export const noHistory: History = new Map();

export function messageAt(history: History, seq: number): Message | undefined {
  return history.get(seq)?.message;
}

/** A room's messages after one more fact, each as `GET …/messages` would then tell it. */
export function foldHistory(history: History, fact: Fact): History {
  switch (fact.name) {
    case 'message.posted':
      return hold(history, fact.data, fact.position);
    case 'message.edited': {
      const { previousMentions: _, ...message } = fact.data;
      return hold(history, message, fact.position);
    }
    case 'message.deleted':
      return hold(history, { ...fact.data, mentions: [] }, fact.position);
    default:
      return history;
  }
}

/**
 * With a page that was read as of a position. The facts heard since then, which may have come
 * before the page, are not undone.
 */
export function foldPage(history: History, page: readonly Message[], position: number): History {
  return page.reduce((all, message) => hold(all, message, position, all === history), history);
}

/** Something may have been missed: all is shown as it was, until pages are read anew. */
export function doubted(history: History): History {
  return new Map(Array.from(history, ([seq, { message }]) => [seq, { message, position: 0 }]));
}

/** Messages that are kept around one place when there are twice as many and more. */
const KEPT = 1000;

/** Places in a room, both included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is far from `place` and from what is in sight is forgotten once there is much of it: pages bring it back. */
export function keptAround(history: History, place: number, inSight: Span): History {
  if (history.size <= 2 * KEPT) return history;
  const isKept = (seq: number): boolean =>
    Math.abs(seq - place) < KEPT || (seq >= inSight.from && seq <= inSight.to);
  return new Map([...history].filter(([seq]) => isKept(seq)));
}

/** The first places of the pages of `size` that `from` to `to` need and that are not all known. */
export function missingPages(
  history: History,
  { from, to, size }: Span & { readonly size: number },
): number[] {
  const pages = new Set<number>();
  for (let seq = from; seq <= to; seq++) {
    if (!history.get(seq)?.position) pages.add(pageOf(seq, size));
  }
  return [...pages];
}

function pageOf(seq: number, size: number): number {
  return Math.floor((seq - 1) / size) * size + 1;
}

function hold(history: History, message: Message, position: number, isFresh = true): History {
  const held = history.get(message.seq);
  if (held && held.position >= position) return history;
  const next = isFresh ? new Map(history) : (history as Map<number, Held>);
  return next.set(message.seq, { message, position });
}

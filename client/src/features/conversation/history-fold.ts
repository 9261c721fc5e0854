import type { StreamEvent } from '../../store/events.js';
import type { Message } from '../rooms/message.js';
import { withReactionEvent } from '../rooms/with-reaction.js';
import { isReplyEvent, withReplyEvent } from '../rooms/with-reply.js';

interface Held {
  readonly message: Message;
  /** The position as of which the message is known; 0 if events may have been missed since. */
  readonly position: number;
}

/** The known messages of one room, by `seq`. Some may be missing anywhere. */
export type History = ReadonlyMap<number, Held>;

export const noHistory: History = new Map();

export function messageAt(history: History, seq: number): Message | undefined {
  return history.get(seq)?.message;
}

/** The messages of a room after one more event, as `GET …/messages` would return them then. */
export function foldHistory(history: History, event: StreamEvent): History {
  const folded = foldMessage(history, event);
  if (!isReplyEvent(event)) return folded;
  const { threadOf } = event.data;
  return changed(folded, threadOf!, event, (message) => withReplyEvent(message, event));
}

function foldMessage(history: History, event: StreamEvent): History {
  switch (event.name) {
    case 'message.posted':
      return hold(history, event.data, event.position);
    case 'message.edited': {
      const { previousMentions: _, previousMentionsAll: __, ...message } = event.data;
      return hold(history, message, event.position);
    }
    case 'message.deleted':
      return hold(history, { ...event.data, mentions: [], mentionsAll: false }, event.position);
    case 'reaction.added':
    case 'reaction.removed':
      return changed(history, event.data.seq, event, (message) =>
        withReactionEvent(message, event),
      );
    default:
      return history;
  }
}

/** Changes a message that is known. Of others, the event after the page that has them: see `HistoryLoader`. */
function changed(
  history: History,
  seq: number,
  event: StreamEvent,
  to: (message: Message) => Message,
): History {
  const held = history.get(seq);
  if (!held || held.position >= event.position) return history;
  // A message in doubt stays so: only its page has what was missed.
  const position = held.position === 0 ? 0 : event.position;
  return new Map(history).set(seq, { message: to(held.message), position });
}

/**
 * Adds a page that was read as of a position. Later events, which may have arrived before the
 * page, are not undone.
 */
export function foldPage(history: History, page: readonly Message[], position: number): History {
  return page.reduce((all, message) => hold(all, message, position, all === history), history);
}

/** Events may have been missed: the messages stay visible until their pages are read again. */
export function withDoubts(history: History): History {
  return new Map(Array.from(history, ([seq, { message }]) => [seq, { message, position: 0 }]));
}

/** When twice as many messages are known, those within this distance of a place are kept. */
const MAX_HISTORY = 1000;

/** A range of messages by `seq`, both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Drops messages far from `place` and out of sight once there are many. They are fetched again when needed. */
export function keptAround(history: History, place: number, inSight: Span): History {
  if (history.size <= 2 * MAX_HISTORY) return history;
  const isKept = (seq: number): boolean =>
    Math.abs(seq - place) < MAX_HISTORY || (seq >= inSight.from && seq <= inSight.to);
  return new Map([...history].filter(([seq]) => isKept(seq)));
}

/** The first `seq` of each page of `size` between `from` and `to` that is not completely known. */
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

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { partOf } from '../../store/state.js';
import { useSelected, useView } from '../../store/use-store.js';
import { useAttention } from '../../ui/use-attention.js';
import type { Message } from '../rooms/message.js';
import { markThreadRead } from '../threads/threads-api.js';
import { unreadThreads } from '../threads/unread-threads.js';

/** A reply seen for this time, in ms, counts as read. */
const SEEN = 400;
/** The time before a failed request is repeated, in ms. */
const RETRY = 5_000;

interface ThreadReadingOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly roomId: string;
  readonly seq: number;
  readonly replies: readonly Message[];
  /** The number of replies that are on their way. */
  readonly pending: number;
}

/**
 * Opens a thread at the first unread reply, or else at its end, follows new replies at the end, and marks those as read
 * that were on the screen while the user was there.
 */
export function useThreadReading(options: ThreadReadingOptions): void {
  const { scroller, roomId, seq, replies } = options;
  const unread = useSelected(({ state }) =>
    partOf(state, unreadThreads).find((one) => one.roomId === roomId && one.seq === seq),
  );
  const first = unread?.unread[0];
  const seen = usePlace(options, first);
  useMarkRead({ roomId, seq, first, seen: replies.length > 0 && scroller.current ? seen : 0 });
}

/** Keeps the place, and returns the last reply that was in sight down to its end. */
function usePlace(options: ThreadReadingOptions, first: number | undefined): number {
  const { scroller, replies, pending } = options;
  const isPlaced = useRef(false);
  const atEnd = useRef(true);
  const [seen, setSeen] = useState(0);

  useEffect(() => {
    const element = scroller.current!;
    const look = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 4;
      setSeen((before) => Math.max(before, lastSeen(element)));
    };
    const resized = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
      look();
    });
    resized.observe(element);
    element.addEventListener('scroll', look);
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller]);

  useLayoutEffect(() => {
    const element = scroller.current!;
    const row = isPlaced.current ? null : element.querySelector(`[data-seq="${first}"]`);
    if (row) row.scrollIntoView({ block: 'center' });
    else if (atEnd.current) element.scrollTop = element.scrollHeight;
    isPlaced.current ||= replies.length > 0;
    setSeen((before) => Math.max(before, lastSeen(element)));
  }, [scroller, replies, pending, first]);
  return seen;
}

function lastSeen(scroller: HTMLElement): number {
  const { bottom } = scroller.getBoundingClientRect();
  const rows = [...scroller.querySelectorAll<HTMLElement>('[data-seq]')];
  const last = rows.findLast((row) => row.getBoundingClientRect().bottom <= bottom + 1);
  return Number(last?.dataset['seq'] ?? 0);
}

interface MarkOptions {
  readonly roomId: string;
  readonly seq: number;
  readonly first: number | undefined;
  readonly seen: number;
}

function useMarkRead({ roomId, seq, first, seen }: MarkOptions): void {
  const attentive = useAttention();
  const isLive = useView().status.state === 'live';
  const [attempts, setAttempts] = useState(0);
  const isNew = first !== undefined && seen >= first;
  useEffect(() => {
    if (!attentive || !isLive || !isNew) return;
    let timer = setTimeout(() => {
      markThreadRead(roomId, seq, seen).catch(() => {
        timer = setTimeout(() => setAttempts((before) => before + 1), RETRY);
      });
    }, SEEN);
    return () => clearTimeout(timer);
  }, [attentive, isLive, isNew, roomId, seq, seen, attempts]);
}

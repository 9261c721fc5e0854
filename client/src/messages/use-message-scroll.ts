import {
  defaultRangeExtractor,
  useVirtualizer,
  type Range,
  type Virtualizer,
} from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from 'react';
import type { OutboxEntry } from '../chat/outbox-entries.js';
import type { Membership } from '../chat/room.js';

/** The height of a line of text with its space, in px; most messages are one. */
const USUAL = 40;
/** This near to the end, in px, counts as being there. */
const NEAR = 60;

interface MessageScroll {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly membership: Membership;
  readonly pending: readonly OutboxEntry[];
  readonly target: number | null;
  /** Messages that stay rendered when they are out of sight, by `seq`. */
  readonly held: readonly number[];
}

/** Places the rows: those of the history by `seq`, behind them those on their way. */
export function useMessageScroll({ scroller, membership, pending, target, held }: MessageScroll) {
  const { room, lastSeq, readSeq, unread } = membership;
  const virtualizer = useVirtualizer({
    count: lastSeq + pending.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => USUAL,
    getItemKey: useCallback(
      (index: number) =>
        index < lastSeq ? index + 1 : (pending[index - lastSeq]?.clientId ?? index),
      [lastSeq, pending],
    ),
    rangeExtractor: (range) => withHeld(range, held),
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR,
    paddingStart: 12,
    paddingEnd: 12,
    overscan: 8,
  });
  // A message that takes the place of its placeholder above must not push what is being read.
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = ({ start }, _, { scrollOffset }) =>
    start < (scrollOffset ?? 0);

  const leaveEnd = useStayingAtEnd(scroller, virtualizer);

  useLayoutEffect(() => {
    leaveEnd();
    if (target !== null) virtualizer.scrollToIndex(target - 1, { align: 'center' });
    else if (unread > 0) virtualizer.scrollToIndex(readSeq, { align: 'center' });
    else virtualizer.scrollToEnd();
    // Where to begin is decided once, on the way in.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [room.id, target]);

  const mine = pending.at(-1)?.clientId;
  useEffect(() => {
    if (mine !== undefined) virtualizer.scrollToEnd();
  }, [mine, virtualizer]);

  const { startIndex = 0, endIndex = 0 } = virtualizer.range ?? {};
  return {
    rows: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    atEnd: distanceFromEnd(virtualizer) <= NEAR,
    firstInSight: startIndex + 1,
    lastInSight: Math.min(endIndex + 1, lastSeq),
    to: (seq: number) => {
      leaveEnd();
      virtualizer.scrollToIndex(seq - 1);
    },
    toEnd: () => virtualizer.scrollToEnd(),
  };
}

function withHeld(range: Range, held: readonly number[]): number[] {
  const indexes = held.map((seq) => seq - 1).filter((index) => index < range.count);
  return [...new Set([...defaultRangeExtractor(range), ...indexes])].toSorted(
    (one, other) => one - other,
  );
}

/**
 * Whoever is at the end stays there when what they write grows, the window shrinks, or rows change their height.
 *
 * @returns to be called before they are led elsewhere
 */
function useStayingAtEnd(
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
): () => void {
  const isAtEnd = useRef(false);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let sizes = '';
    const onScroll = () => {
      const { scrollHeight, clientHeight, scrollTop } = element;
      const isNear = scrollHeight - clientHeight - scrollTop <= NEAR;
      const now = `${scrollHeight} ${clientHeight}`;
      // Only a person leaves the end: where the sizes have changed, it is the layout that has moved it.
      if (isNear || now === sizes) isAtEnd.current = isNear;
      sizes = now;
    };
    const resized = new ResizeObserver(() => isAtEnd.current && virtualizer.scrollToEnd());
    for (const box of [element, element.querySelector('.history-all')])
      if (box) resized.observe(box);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, virtualizer]);
  return () => {
    isAtEnd.current = false;
  };
}

/** By the sizes that are being rendered; those of the document are one step behind. */
function distanceFromEnd(virtualizer: Virtualizer<HTMLDivElement, Element>): number {
  const { scrollOffset, scrollRect } = virtualizer;
  return virtualizer.getTotalSize() - (scrollOffset ?? 0) - (scrollRect?.height ?? 0);
}

import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, type RefObject } from 'react';
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
}

/** Places the rows: those of the history by `seq`, behind them those on their way. */
export function useMessageScroll({ scroller, membership, pending, target }: MessageScroll) {
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

  useLayoutEffect(() => {
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

  useStayingAtEnd(scroller, virtualizer);

  const { startIndex = 0, endIndex = 0 } = virtualizer.range ?? {};
  return {
    rows: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    atEnd: distanceFromEnd(virtualizer) <= NEAR,
    firstInSight: startIndex + 1,
    lastInSight: Math.min(endIndex + 1, lastSeq),
    toEnd: () => virtualizer.scrollToEnd(),
  };
}

/** Whoever is at the end stays there when what they write grows, the window shrinks, or rows change their height. */
function useStayingAtEnd(
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let isAtEnd = false;
    let sizes = '';
    const onScroll = () => {
      const { scrollHeight, clientHeight, scrollTop } = element;
      const isNear = scrollHeight - clientHeight - scrollTop <= NEAR;
      const now = `${scrollHeight} ${clientHeight}`;
      // Only a person leaves the end: where the sizes have changed, it is the layout that has moved it.
      if (isNear || now === sizes) isAtEnd = isNear;
      sizes = now;
    };
    const resized = new ResizeObserver(() => isAtEnd && virtualizer.scrollToEnd());
    for (const box of [element, element.querySelector('.history-all')])
      if (box) resized.observe(box);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, virtualizer]);
}

/** By the sizes that are being rendered; those of the document are one step behind. */
function distanceFromEnd(virtualizer: Virtualizer<HTMLDivElement, Element>): number {
  const { scrollOffset, scrollRect } = virtualizer;
  return virtualizer.getTotalSize() - (scrollOffset ?? 0) - (scrollRect?.height ?? 0);
}

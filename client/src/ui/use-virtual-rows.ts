import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { RowHeights } from './row-heights.js';
import { type Rows, rowsToRender } from './rows-in-view.js';

interface VirtualRows {
  /** The element that scrolls; its only child is the list. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  /** The usual height of a row, in px. */
  readonly usual: number;
}

/** Of a long list, the rows that are in sight or near. The others leave space before and after them, in px. */
export function useVirtualRows({ scroller, count, usual }: VirtualRows) {
  const [heights] = useState(() => new RowHeights(usual));
  const [rows, setRows] = useState<Rows>({ from: 0, to: 0 });
  const latest = useRef(() => {});
  latest.current = () => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop: top, clientHeight: size } = element;
    const next = rowsToRender(heights, { top, size, count }, rows);
    if (next.from !== rows.from || next.to !== rows.to) setRows(next);
  };

  useLayoutEffect(() => {
    const list = scroller.current?.firstElementChild;
    for (const row of (list?.children ?? []) as Iterable<HTMLElement>)
      heights.set(Number(row.dataset['index']), row.getBoundingClientRect().height);
    latest.current();
  });

  useEffect(() => {
    const element = scroller.current!;
    const update = () => latest.current();
    const resized = new ResizeObserver(update);
    resized.observe(element);
    element.addEventListener('scroll', update, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', update);
    };
  }, [scroller]);

  const to = Math.min(rows.to, count);
  const from = Math.min(rows.from, to);
  return {
    from,
    to,
    before: heights.startOf(from),
    after: heights.startOf(count) - heights.startOf(to),
  };
}

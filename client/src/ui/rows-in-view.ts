import type { RowHeights } from './row-heights.js';

/** Distances before and after the view, in px, within which rows must be rendered, and up to which they are. */
const [NEEDED, RENDERED] = [300, 600];
/** A row counts as whole if at most this part of its lower edge is out of sight, in px. */
const SLACK = 4;

/** Rows by index; `to` is not included. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

interface Extent {
  /** The distance of the view from the start of the first row, in px. */
  readonly top: number;
  readonly size: number;
  readonly count: number;
}

/** The rows to render; the same as before if they suffice. */
export function rowsToRender(heights: RowHeights, extent: Extent, before: Rows): Rows {
  const needed = rowsWithin(heights, extent, NEEDED);
  const suffice = before.from <= needed.from && before.to >= needed.to && before.to <= extent.count;
  return suffice ? before : rowsWithin(heights, extent, RENDERED);
}

/** The rows of which at least a part is in sight, and the last row whose lower edge is in sight or above it. */
export function rowsInSight(heights: RowHeights, extent: Extent): Rows & { lastWhole: number } {
  const rows = rowsWithin(heights, extent, 0);
  const last = rows.to - 1;
  const isWhole = heights.startOf(last + 1) <= extent.top + extent.size + SLACK;
  return { ...rows, lastWhole: isWhole ? last : last - 1 };
}

function rowsWithin(heights: RowHeights, { top, size, count }: Extent, margin: number): Rows {
  if (count === 0) return { from: 0, to: 0 };
  const from = heights.indexAt(top - margin, count);
  return { from, to: heights.indexAt(top + size + margin, count) + 1 };
}

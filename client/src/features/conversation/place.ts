/** Where the view is: a row, and where that row stays whatever changes around it. */
export interface Place {
  readonly index: number;
  /** The distance of the row's upper edge from that of the view, in px; a word until the row is loaded. */
  readonly offset: number | 'centre' | 'bottom';
  /** If the view follows the end: the distance from it, in px. */
  readonly fromEnd: number | null;
}

export const endOf = (count: number): Place => ({
  index: Math.max(0, count - 1),
  offset: 'bottom',
  fromEnd: 0,
});

export const rowAt = (index: number, offset: Place['offset']): Place => ({
  index,
  offset,
  fromEnd: null,
});

/** The offset of a row in px. A row that is higher than the view starts at its upper edge. */
export function offsetIn(
  view: number,
  { offset, height, margin }: { offset: Place['offset']; height: number; margin: number },
): number {
  if (typeof offset === 'number') return offset;
  const free = view - height;
  return Math.max(margin, offset === 'centre' ? free / 2 : free - margin);
}

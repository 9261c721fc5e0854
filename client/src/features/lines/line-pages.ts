import type { Line, LineChange } from '../../../../src/rooms/lines/line-change.js';

/** The messages whose lines are read at once. */
export const LINES_PAGE = 100;

export interface LinesPage {
  /** The position as of which the page is known; 0 if events may have been missed since. */
  readonly position: number;
  readonly lines: ReadonlyMap<number, readonly Line[]>;
}

export interface PlacedChange {
  readonly seq: number;
  readonly change: LineChange;
  readonly position: number;
}

/** The lines of one room, by page. */
export interface RoomLines {
  readonly pages: ReadonlyMap<number, LinesPage>;
  /** Changes for pages that are being read. */
  readonly recent: readonly PlacedChange[];
}

/** By the id of the room; of those rooms whose lines were needed. */
export type LinesByRoom = ReadonlyMap<string, RoomLines>;

export const noLines: RoomLines = { pages: new Map(), recent: [] };

export const pageOfLines = (seq: number): number => Math.floor(seq / LINES_PAGE);

/** The lines after a message. */
export const linesAfter = ({ pages }: RoomLines, seq: number): readonly Line[] | undefined =>
  pages.get(pageOfLines(seq))?.lines.get(seq);

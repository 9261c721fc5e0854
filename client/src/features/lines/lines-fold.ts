import { type Line, withChange } from '../../../../src/rooms/lines/line-change.js';
import {
  LINES_PAGE,
  type LinesPage,
  pageOfLines,
  type PlacedChange,
  type RoomLines,
} from './line-pages.js';

/** The pages of a room that are kept, and the changes for pages that are being read. */
const MAX_PAGES = 20;
const MAX_RECENT = 500;

/** A change after the last message. Of a page that is not known, it is kept until the page has been read. */
export function foldChange(room: RoomLines, placed: PlacedChange): RoomLines {
  const number = pageOfLines(placed.seq);
  const recent = [...room.recent, placed].slice(-MAX_RECENT);
  const page = room.pages.get(number);
  if (!page || page.position >= placed.position) return { ...room, recent };
  const changed = applied(page, placed);
  // A page in doubt stays so.
  const position = page.position === 0 ? 0 : placed.position;
  return { pages: new Map(room.pages).set(number, { ...changed, position }), recent };
}

/** A new message may begin a page, which has no lines yet. */
export function foldPosted(room: RoomLines, seq: number, position: number): RoomLines {
  if (seq % LINES_PAGE !== 0) return room;
  return { ...room, pages: kept(room.pages, pageOfLines(seq), { position, lines: new Map() }) };
}

/** A page that was read as of a position, with the changes since then. */
export function foldLinesPage(
  room: RoomLines,
  number: number,
  read: readonly (Line & { readonly seq: number })[],
  position: number,
): RoomLines {
  if ((room.pages.get(number)?.position ?? 0) >= position) return room;
  const lines = Map.groupBy(read, ({ seq }) => seq);
  const page = room.recent
    .filter((placed) => placed.position > position && pageOfLines(placed.seq) === number)
    .reduce<LinesPage>(applied, { position, lines });
  return { ...room, pages: kept(room.pages, number, page) };
}

/** Events may have been missed: the lines stay visible until their pages are read again. */
export const withDoubtedLines = ({ pages }: RoomLines): RoomLines => ({
  pages: new Map(Array.from(pages, ([number, page]) => [number, { ...page, position: 0 }])),
  recent: [],
});

function applied(page: LinesPage, { seq, change, position }: PlacedChange): LinesPage {
  const lines = withChange(page.lines.get(seq) ?? [], change);
  return { position, lines: new Map(page.lines).set(seq, lines) };
}

/** The page that was read first goes first. */
function kept(pages: RoomLines['pages'], number: number, page: LinesPage): RoomLines['pages'] {
  return new Map([...pages].filter(([other]) => other !== number).slice(1 - MAX_PAGES)).set(
    number,
    page,
  );
}

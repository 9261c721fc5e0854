import { positionOf } from '@carillon/client/cursor';
import type { Line } from '../../../../src/rooms/lines/line-change.js';
import { read } from '../../http/read.js';
import { LazyModule } from '../../state/lazy-module.js';
import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import {
  LINES_PAGE,
  type LinesByRoom,
  noLines,
  pageOfLines,
  type RoomLines,
} from './line-pages.js';

/** Loaded before the first lines. Without lines, no event changes anything. */
const lazyLines = new LazyModule(() => import('./fold-lines.js'));

export const roomLines: Slice<LinesByRoom> = {
  name: 'room lines',
  initial: new Map(),
  fold: (all, event, state) => lazyLines.view()?.foldLines(all, event, state) ?? all,
  afterGap: (all, state) => lazyLines.view()?.doubtedLines(all, state) ?? all,
};

/** Shows lines; null as long as there are none. */
export const linesView = () => lazyLines.view()?.HistoryLines ?? null;

/** Fetches the missing lines of some messages, and of the one that precedes them. Resolves also if it fails. */
export async function needLines(
  store: Store,
  roomId: string,
  from: number,
  to: number,
): Promise<void> {
  const fetched: Promise<void>[] = [];
  for (let number = pageOfLines(from - 1); number <= pageOfLines(to); number++) {
    if (store.partOf(roomLines).get(roomId)?.pages.get(number)?.position) continue;
    fetched.push(store.fetch(`lines ${roomId} ${number}`, () => fetchPage(store, roomId, number)));
  }
  await Promise.all(fetched);
}

async function fetchPage(store: Store, roomId: string, number: number): Promise<void> {
  await lazyLines.load();
  const code = lazyLines.view();
  if (!code) throw new Error('The code of the lines could not be loaded');
  // From now on, changes are kept until the page has arrived.
  change(store, roomId, (room) => room);
  const { generation } = store;
  const url = `/api/rooms/${encodeURIComponent(roomId)}/lines?from=${number * LINES_PAGE}`;
  const { body, cursor } = await read<(Line & { seq: number })[]>(url);
  if (generation !== store.generation) return;
  change(store, roomId, (room) => code.foldLinesPage(room, number, body, positionOf(cursor)));
}

function change(store: Store, roomId: string, to: (room: RoomLines) => RoomLines): void {
  store.update(roomLines, (all) => new Map(all).set(roomId, to(all.get(roomId) ?? noLines)));
}

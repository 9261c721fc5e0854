import { changesBetween, type LineChange } from '../../../../src/rooms/lines/line-change.js';
import type { StreamEvent } from '../../store/events.js';
import { partOf, type State } from '../../store/state.js';
import { membershipIn, memberships } from '../rooms/memberships.js';
import type { LinesByRoom } from './line-pages.js';
import { foldChange, foldPosted, withDoubtedLines } from './lines-fold.js';

export { foldLinesPage } from './lines-fold.js';
export { HistoryLines } from './HistoryLines.js';

/** The lines of all rooms after one more event; `state` is the state before it. */
export function foldLines(all: LinesByRoom, event: StreamEvent, state: State): LinesByRoom {
  const roomId = event.name === 'room.updated' ? event.data.id : roomOf(event);
  const room = roomId === undefined ? undefined : all.get(roomId);
  if (roomId === undefined || room === undefined) return all;
  if (event.name === 'room.left') return new Map([...all].filter(([id]) => id !== roomId));
  if (event.name === 'message.posted')
    return new Map(all).set(roomId, foldPosted(room, event.data.seq, event.position));
  const mine = membershipIn(state, roomId);
  if (!mine || mine.room.kind === 'direct') return all;
  const { position } = event;
  return changesIn(event, state).reduce(
    (lines, change) =>
      new Map(lines).set(
        roomId,
        foldChange(lines.get(roomId)!, { seq: mine.lastSeq, change, position }),
      ),
    all,
  );
}

const roomOf = ({ data }: StreamEvent): string | undefined =>
  'roomId' in data ? data.roomId : undefined;

function changesIn(event: StreamEvent, state: State): LineChange[] {
  switch (event.name) {
    case 'member.joined':
      return [{ kind: 'joined', userId: event.data.member.userId }];
    case 'member.left':
      return [{ kind: 'left', userId: event.data.userId }];
    case 'room.updated':
      return changesBetween(membershipIn(state, event.data.id)!.room, event.data);
    default:
      return [];
  }
}

/** Of the rooms that the user is still in. */
export function doubtedLines(all: LinesByRoom, state: State): LinesByRoom {
  const mine = new Set(partOf(state, memberships).map(({ room }) => room.id));
  const kept = [...all].filter(([roomId]) => mine.has(roomId));
  return new Map(kept.map(([roomId, room]) => [roomId, withDoubtedLines(room)]));
}

import type { StreamEvent } from '../../store/events.js';
import { partOf, type Slice, type State } from '../../store/state.js';
import { memberships } from '../rooms/memberships.js';
import { foldHistory, type History, noHistory, withDoubts } from './history-fold.js';

/** By the id of the room. */
export type Histories = ReadonlyMap<string, History>;

export const histories: Slice<Histories> = {
  name: 'histories',
  initial: new Map(),
  fold: foldHistories,
  afterGap: doubted,
};

function foldHistories(all: Histories, event: StreamEvent): Histories {
  switch (event.name) {
    case 'room.left':
      return new Map([...all].filter(([roomId]) => roomId !== event.data.roomId));
    case 'message.posted':
    case 'message.edited':
    case 'message.deleted':
    case 'reaction.added':
    case 'reaction.removed': {
      const { roomId } = event.data;
      return new Map(all).set(roomId, foldHistory(all.get(roomId) ?? noHistory, event));
    }
    default:
      return all;
  }
}

/** Of the rooms that the user is still in. */
function doubted(all: Histories, state: State): Histories {
  const mine = new Set(partOf(state, memberships).map(({ room }) => room.id));
  const kept = [...all].filter(([roomId]) => mine.has(roomId));
  return new Map(kept.map(([roomId, history]) => [roomId, withDoubts(history)]));
}

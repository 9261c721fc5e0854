import { foldBlocks, type Blocks } from './blocks-fold.js';
import type { Fact } from './facts.js';
import { doubted, foldHistory, noHistory, type History } from './history-fold.js';
import { foldInvitations } from './invitations-fold.js';
import { foldMembers, type RoomMembers } from './members-fold.js';
import { foldMemberships } from './memberships-fold.js';
import { foldPeople, type People } from './people-fold.js';
import { foldRemovals, type Removals } from './removals-fold.js';
import type { Invitation, Membership } from './room.js';

/** A part of the state, and the place in the order as of which it is known. */
export interface AsOf<Part> {
  readonly part: Part;
  readonly position: number;
}

/** All that a person's page knows and that the stream keeps true. */
export interface ChatState {
  readonly me: string;
  readonly memberships: AsOf<readonly Membership[]>;
  /** Mine. */
  readonly invitations: AsOf<readonly Invitation[]>;
  readonly blocks: AsOf<Blocks>;
  readonly people: People;
  readonly removals: Removals;
  /** Of the rooms where they were asked for, by id. */
  readonly members: ReadonlyMap<string, AsOf<RoomMembers>>;
  readonly histories: ReadonlyMap<string, History>;
}

export function emptyChat(me: string): ChatState {
  return {
    me,
    memberships: { part: [], position: 0 },
    invitations: { part: [], position: 0 },
    blocks: { part: new Set(), position: 0 },
    people: new Map(),
    removals: new Map(),
    members: new Map(),
    histories: new Map(),
  };
}

/** The state after one more fact. A part that was read behind the fact has it already. */
export function foldChat(state: ChatState, fact: Fact): ChatState {
  const { me } = state;
  return {
    me,
    memberships: fold(state.memberships, fact, (part) => foldMemberships(part, fact, me)),
    invitations: fold(state.invitations, fact, (part) =>
      foldInvitations(part, fact, ({ userId }) => userId === me),
    ),
    blocks: fold(state.blocks, fact, (part) => foldBlocks(part, fact)),
    people: foldPeople(state.people, fact),
    removals: foldRemovals(state.removals, fact, state),
    members: foldAllMembers(state.members, fact),
    histories: foldHistories(state.histories, fact),
  };
}

/** Behind a gap: what was read before may be out of date, and is read anew where it is looked at. */
export function withSnapshot(
  state: ChatState,
  snapshot: Pick<ChatState, 'memberships' | 'invitations' | 'blocks'>,
): ChatState {
  const mine = new Set(snapshot.memberships.part.map(({ room }) => room.id));
  const histories = [...state.histories].filter(([roomId]) => mine.has(roomId));
  return {
    ...state,
    ...snapshot,
    members: new Map(),
    histories: new Map(histories.map(([roomId, history]) => [roomId, doubted(history)])),
  };
}

function fold<Part>(known: AsOf<Part>, { position }: Fact, to: (part: Part) => Part): AsOf<Part> {
  return position <= known.position ? known : { part: to(known.part), position };
}

function foldAllMembers(all: ChatState['members'], fact: Fact): ChatState['members'] {
  if (fact.name === 'room.left') return without(all, fact.data.roomId);
  if (!fact.name.startsWith('member.') && fact.name !== 'room.updated') return all;
  return new Map(
    Array.from(all, ([roomId, known]) => [
      roomId,
      fold(known, fact, (part) => foldMembers(part, fact, roomId)),
    ]),
  );
}

function foldHistories(all: ChatState['histories'], fact: Fact): ChatState['histories'] {
  if (fact.name === 'room.left') return without(all, fact.data.roomId);
  if (
    fact.name !== 'message.posted' &&
    fact.name !== 'message.edited' &&
    fact.name !== 'message.deleted'
  )
    return all;
  const { roomId } = fact.data;
  return new Map(all).set(roomId, foldHistory(all.get(roomId) ?? noHistory, fact));
}

function without<Value>(all: ReadonlyMap<string, Value>, id: string): ReadonlyMap<string, Value> {
  return new Map([...all].filter(([key]) => key !== id));
}

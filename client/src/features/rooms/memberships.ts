import { partOf, type Slice, type State } from '../../store/state.js';
import { foldMemberships } from './memberships-fold.js';
import { foldRemovals, type Removals } from './removals-fold.js';
import type { Membership } from './room.js';
import { readMyRooms } from './rooms-api.js';

/** The rooms of this user, newest activity first. */
export const memberships: Slice<readonly Membership[]> = {
  name: 'memberships',
  initial: [],
  fold: (part, event, { me }) => foldMemberships(part, event, me),
  read: readMyRooms,
};

export const removals: Slice<Removals> = {
  name: 'removals',
  initial: new Map(),
  fold: (part, event, state) =>
    foldRemovals(part, event, { me: state.me, memberships: partOf(state, memberships) }),
};

export const membershipIn = (state: State, roomId: string | null): Membership | undefined =>
  partOf(state, memberships).find(({ room }) => room.id === roomId);

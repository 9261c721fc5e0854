import type { Slice } from '../../store/state.js';
import { foldInvitations } from './invitations-fold.js';
import type { Invitation } from './room.js';
import { readMyInvitations } from './rooms-api.js';

/** The invitations of this user, oldest first. */
export const myInvitations: Slice<readonly Invitation[]> = {
  name: 'my invitations',
  initial: [],
  fold: (part, event, { me }) => foldInvitations(part, event, ({ userId }) => userId === me),
  read: async (signal) => {
    const { body, cursor } = await readMyInvitations(signal);
    return { body: byAge(body), cursor };
  },
};

const byAge = (invitations: readonly Invitation[]): readonly Invitation[] =>
  invitations.toSorted((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));

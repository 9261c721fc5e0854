import type { FollowError } from './errors.js';
import type { FollowStatus } from './options.js';
import type { State } from './state-machine.js';

/** What the application sees of a state; that of `waiting` also has a time. */
export function statusOf(state: State, error: FollowError | null): FollowStatus {
  if (state === 'live' || state === 'offline') return { state };
  if (state === 'full') return { state: 'paused', reason: 'buffer' };
  if (state === 'hidden') return { state: 'paused', reason: 'hidden' };
  if (state === 'failed') return { state, error: error! };
  return { state: 'connecting' };
}

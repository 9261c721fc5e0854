import { hasDirectory } from '../../settings.js';
import type { EventName, StreamEvent } from '../../store/events.js';
import { partOf, type Slice, type State } from '../../store/state.js';
import { words } from '../../words/words.js';
import { fullName, type User } from './user.js';
import { readNewestUsers, readOwnUser } from './users-api.js';

/** The users known to the page, by id. A large directory is known in part, and without one only those that were needed. */
export type People = ReadonlyMap<string, User>;

export const peopleEvents = [
  'user.created',
  'user.updated',
  'user.removed',
  'user.erased',
] as const satisfies readonly EventName[];

export const people: Slice<People> = {
  name: 'people',
  initial: new Map(),
  fold: foldPeople,
  read: async (signal) => {
    const { body, cursor } = await (hasDirectory ? readNewestUsers(signal) : readOwnUser(signal));
    return { body: new Map(body.map((user) => [user.id, user])), cursor };
  },
  merge: (known, read) => withUsers(known, [...read.values()]),
};

function foldPeople(known: People, event: StreamEvent): People {
  switch (event.name) {
    case 'user.created':
    case 'user.updated':
    case 'user.erased':
      return withUsers(known, [event.data]);
    case 'user.removed': {
      const next = new Map(known);
      next.delete(event.data.id);
      return next;
    }
    default:
      return known;
  }
}

/** The newer version of each user wins, whether an event or a response brought it. */
export function withUsers(known: People, users: readonly User[]): People {
  const newer = users.filter(({ id, updatedAt }) => (known.get(id)?.updatedAt ?? '') <= updatedAt);
  if (newer.length === 0) return known;
  return new Map([...known, ...newer.map((user) => [user.id, user] as const)]);
}

export function nameOf(state: State, userId: string): string {
  const user = partOf(state, people).get(userId);
  return user ? fullName(user).trim() : words.people.unknown;
}

import type { User } from '../users/user.js';
import type { Fact } from './facts.js';

/** Those of the directory who are known here, by id. */
export type People = ReadonlyMap<string, User>;

export function foldPeople(people: People, fact: Fact): People {
  switch (fact.name) {
    case 'user.created':
    case 'user.updated':
    case 'user.erased':
      return withUsers(people, [fact.data]);
    case 'user.removed': {
      const next = new Map(people);
      next.delete(fact.data.id);
      return next;
    }
    default:
      return people;
  }
}

/** Of each, the newer version wins, whichever way it came. */
export function withUsers(people: People, users: readonly User[]): People {
  const newer = users.filter(({ id, updatedAt }) => (people.get(id)?.updatedAt ?? '') <= updatedAt);
  if (newer.length === 0) return people;
  return new Map([...people, ...newer.map((user) => [user.id, user] as const)]);
}

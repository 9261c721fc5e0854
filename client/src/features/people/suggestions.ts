import { nameMatcher } from './name-match.js';
import type { People } from './people.js';
import { fullName, type User } from './user.js';

interface Options {
  readonly text: string;
  /** The users who are known and may be suggested. */
  readonly known: readonly User[];
  /** The ids of the users whom the server has found. */
  readonly found: readonly string[];
  readonly people: People;
  readonly isOffered: (user: User) => boolean;
  readonly most: number;
}

/**
 * The users to suggest for a text: those with this username, those who are known, and those whom the server has found. What
 * is shown stays in its place when the server answers.
 */
export function suggestions({ text, known, found, people, isOffered, most }: Options): User[] {
  const name = text.replace(/^@/, '');
  const here = known
    .filter(nameMatcher(text))
    .toSorted((one, other) => fullName(one).localeCompare(fullName(other)));
  const there = found.map((id) => people.get(id)).filter((user) => user !== undefined);
  const isExact = ({ username }: User) => username === name.toLowerCase();
  const all = new Map([...here, ...there].filter(isOffered).map((user) => [user.id, user]));
  const inOrder = [...all.values()];
  const exact = inOrder.filter(isExact);
  return [...exact, ...inOrder.filter((user) => !isExact(user))].slice(0, most);
}

import { words } from '../../words/words.js';
import { fullName } from '../people/user.js';
import type { Change } from './users-fold.js';

const MANY = {
  arrived: words.directory.peopleAdded,
  changed: words.directory.peopleChanged,
  left: words.directory.peopleRemoved,
};

/** One sentence for all changes: "John DOE was added", "12 people were added". */
export function describeChanges(changes: readonly Change[]): string {
  const [only] = changes;
  if (only && changes.length === 1) return describeOne(only);
  return (['arrived', 'changed', 'left'] as const)
    .map((kind) => describeMany(changes, kind))
    .filter((part) => part !== null)
    .join(', ');
}

function describeOne(change: Change): string {
  const name = fullName(change.user);
  if (change.kind === 'arrived') return words.directory.personAdded(name);
  if (change.kind === 'left') return words.directory.personRemoved(name);
  const before = fullName(change.before);
  if (before === name) return words.directory.personChanged(name);
  return words.directory.personRenamed(before, name);
}

function describeMany(changes: readonly Change[], kind: Change['kind']): string | null {
  const ids = new Set(changes.filter((change) => change.kind === kind).map(({ user }) => user.id));
  return ids.size === 0 ? null : MANY[kind](ids.size);
}

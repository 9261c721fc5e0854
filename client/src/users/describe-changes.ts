import { fullName } from './user.js';
import type { Change } from './users-fold.js';

/** One sentence for what happened, however much it was: "John DOE arrived", "12 people arrived". */
export function describeChanges(changes: readonly Change[]): string {
  const [only] = changes;
  if (only && changes.length === 1) return describeOne(only);
  return [
    describeMany(changes, 'arrived'),
    describeMany(changes, 'changed'),
    describeMany(changes, 'left'),
  ]
    .filter((part) => part !== null)
    .join(', ');
}

function describeOne(change: Change): string {
  const name = fullName(change.user);
  if (change.kind !== 'changed') return `${name} ${change.kind}`;
  const before = fullName(change.before);
  return before === name ? `${name} changed` : `${before} is now ${name}`;
}

function describeMany(changes: readonly Change[], kind: Change['kind']): string | null {
  const count = new Set(changes.filter((change) => change.kind === kind).map(idOf)).size;
  if (count === 0) return null;
  return `${count} ${count === 1 ? 'person' : 'people'} ${kind}`;
}

function idOf({ user }: Change): string {
  return user.id;
}

/** The lines between two messages. The page folds the events of a room with the same function. */

export const LINE_KINDS = ['joined', 'left', 'renamed', 'topic'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** The users that a line names; of others, it has the number. */
export const MAX_NAMED = 3;

/** A line after a message. */
export interface Line {
  readonly kind: LineKind;
  readonly count: number;
  readonly userIds: readonly string[];
  readonly text: string | null;
}

export type LineChange =
  | { readonly kind: 'joined' | 'left'; readonly userId: string }
  | { readonly kind: 'renamed' | 'topic'; readonly text: string | null };

/** The lines of one place after one more change: at most one of each kind, in the order of the kinds. */
export function withChange(lines: readonly Line[], change: LineChange): readonly Line[] {
  if ('text' in change) return replaced(lines, { ...change, count: 1, userIds: [] });
  const { kind, userId } = change;
  const undone = lines.find((line) => line.kind === opposite(kind));
  if (undone?.userIds.includes(userId)) return replaced(lines, withoutUser(undone, userId));
  const { count = 0, userIds = [] } = lines.find((line) => line.kind === kind) ?? {};
  const named = userIds.length < MAX_NAMED ? [...userIds, userId] : userIds;
  return replaced(lines, { kind, count: count + 1, userIds: named, text: null });
}

const opposite = (kind: 'joined' | 'left'): LineKind => (kind === 'joined' ? 'left' : 'joined');

const withoutUser = (line: Line, userId: string): Line => ({
  ...line,
  count: line.count - 1,
  userIds: line.userIds.filter((id) => id !== userId),
});

function replaced(lines: readonly Line[], line: Line): readonly Line[] {
  const others = lines.filter(({ kind }) => kind !== line.kind);
  const all = line.count > 0 ? [...others, line] : others;
  return all.toSorted((one, other) => orderOf(one) - orderOf(other));
}

const orderOf = ({ kind }: Line): number => LINE_KINDS.indexOf(kind);

interface Described {
  readonly name: string | null;
  readonly topic: string | null;
}

/** The changes of the name and the topic of a room that its history shows. */
export function changesBetween(before: Described, after: Described): LineChange[] {
  const changes: LineChange[] = [];
  if (after.name !== before.name) changes.push({ kind: 'renamed', text: after.name });
  if (after.topic !== before.topic) changes.push({ kind: 'topic', text: after.topic });
  return changes;
}

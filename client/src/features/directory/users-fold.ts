import { sameNames, type User } from '../people/user.js';

/** A user on the page, and how often it has changed before the reader's eyes. */
export interface Row {
  readonly user: User;
  readonly changes: number;
}

/** The newest users, without a gap; older ones may be left on the server. */
export interface UserRows {
  /** By id, newest first. */
  readonly rows: readonly Row[];
  /** Where the rest is: `url` has the users whose id is below `floor`. Null when all are here. */
  readonly older: { readonly url: string; readonly floor: string } | null;
}

export interface Page {
  /** Newest first. */
  readonly users: readonly User[];
  readonly next: string | null;
}

export type Change =
  | { readonly kind: 'arrived'; readonly user: User }
  | { readonly kind: 'changed'; readonly user: User; readonly before: User }
  | { readonly kind: 'left'; readonly user: User };

export interface Folded {
  readonly users: UserRows;
  /** What a reader would notice, if anything. */
  readonly change: Change | null;
}

/** What the stream has delivered for each id since some moment: the user, or null if removed. */
export type LatestById = ReadonlyMap<string, User | null>;

export const noUsers: UserRows = { rows: [], older: null };

export function fromPage(page: Page): UserRows {
  return { rows: page.users.map(unchanged), older: olderThan(page) };
}

export function foldUpdate(users: UserRows, user: User): Folded {
  // Its place is below the rows loaded so far; the page that has it will bring it.
  if (users.older && user.id < users.older.floor) return { users, change: null };

  const { index, row } = place(users.rows, user.id);
  if (!row) {
    const rows = users.rows.toSpliced(index, 0, { user, changes: 1 });
    return { users: { ...users, rows }, change: { kind: 'arrived', user } };
  }
  const before = row.user;
  if (sameNames(before, user) && before.updatedAt === user.updatedAt) {
    return { users, change: null };
  }
  const rows = users.rows.with(index, { user, changes: row.changes + 1 });
  return { users: { ...users, rows }, change: { kind: 'changed', user, before } };
}

export function foldRemove(users: UserRows, id: string): Folded {
  const { index, row } = place(users.rows, id);
  if (!row) return { users, change: null };
  const rows = users.rows.toSpliced(index, 1);
  return { users: { ...users, rows }, change: { kind: 'left', user: row.user } };
}

/**
 * Appends the next older page. It was read at an unknown moment while the stream went on, so
 * `latest`, what the stream has said since before the request, overrules it. That is right
 * whichever was first: if the page is ahead of the stream, the stream will bring the rest.
 */
export function foldPage(users: UserRows, page: Page, latest: LatestById): UserRows {
  const rows = page.users
    .map((user) => (latest.has(user.id) ? latest.get(user.id) : user))
    .filter((user) => user != null)
    .filter((user) => !findRow(users.rows, user.id))
    .map(unchanged);
  return { rows: [...users.rows, ...rows], older: olderThan(page) };
}

export function findRow(rows: readonly Row[], id: string): Row | undefined {
  return place(rows, id).row;
}

/** `rows` with those of `others` that are missing, each in its place. */
export function withRows(rows: readonly Row[], others: readonly Row[]): readonly Row[] {
  return others.reduce((all, other) => {
    const { index, row } = place(all, other.user.id);
    return row ? all : all.toSpliced(index, 0, other);
  }, rows);
}

function olderThan({ users, next }: Page): UserRows['older'] {
  const floor = users.at(-1)?.id;
  return next !== null && floor !== undefined ? { url: next, floor } : null;
}

function unchanged(user: User): Row {
  return { user, changes: 0 };
}

/** The row with this id, and the index where it is or belongs. */
function place(rows: readonly Row[], id: string): { index: number; row: Row | undefined } {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (idAt(rows, middle) > id) low = middle + 1;
    else high = middle;
  }
  const row = rows[low];
  return { index: low, row: row?.user.id === id ? row : undefined };
}

function idAt(rows: readonly Row[], index: number): string {
  return rows[index]?.user.id ?? '';
}

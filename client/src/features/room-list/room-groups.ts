import { activityOf } from '../rooms/memberships-fold.js';
import type { Membership } from '../rooms/room.js';

export const GROUPS = ['favourites', 'direct', 'rooms', 'archived'] as const;
export type Group = (typeof GROUPS)[number];

export const FILTERS = ['all', 'unread', 'active'] as const;
export type Filter = (typeof FILTERS)[number];

/** A room in which nothing was posted for this time, in ms, is inactive. */
const ACTIVE = 30 * 24 * 60 * 60_000;

interface Shown {
  readonly filter: Filter;
  /** The open room, which no filter hides. */
  readonly openId: string | null;
  readonly now: number;
}

/** The rooms of the list by group, in the order in which they are given. */
export function groupsOf(
  memberships: readonly Membership[],
  shown: Shown,
): ReadonlyMap<Group, readonly Membership[]> {
  return Map.groupBy(
    memberships.filter((mine) => isShown(mine, shown)),
    groupOf,
  );
}

/** All rooms as the list has them without a filter. */
export function inOrderOfList(memberships: readonly Membership[]): readonly Membership[] {
  const groups = Map.groupBy(memberships, groupOf);
  return GROUPS.flatMap((group) => groups.get(group) ?? []);
}

function groupOf({ room, favourite }: Membership): Group {
  if (room.archivedAt !== null) return 'archived';
  if (favourite) return 'favourites';
  return room.kind === 'direct' ? 'direct' : 'rooms';
}

function isShown(mine: Membership, { filter, openId, now }: Shown): boolean {
  if (filter === 'all' || mine.unread > 0 || mine.room.id === openId) return true;
  const isRecent = now - Date.parse(activityOf(mine)) < ACTIVE;
  return filter === 'active' && (mine.favourite || isRecent);
}

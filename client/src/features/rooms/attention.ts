import { isMuted } from '../../../../src/rooms/room/notification-level.js';
import type { Membership } from './room.js';

type Counts = Pick<Membership, 'unread' | 'mentions' | 'level' | 'mutedUntil'>;

/** How many of the unread messages of a room its notification level counts. */
export function countedIn(mine: Counts): number {
  if (isSilent(mine)) return 0;
  return mine.level === 'all' ? mine.unread : mine.mentions;
}

/** Whether a room shows nothing of what is unread in it. */
export const isSilent = (mine: Counts): boolean => mine.level === 'nothing' || isMutedNow(mine);

/** Whether a dot marks that a room has unread messages, none of which counts. */
export const isMarked = (mine: Counts): boolean =>
  mine.level === 'mentions' && !isMutedNow(mine) && mine.unread > 0 && mine.mentions === 0;

/** A mute that ends changes the membership, so that what shows it is rendered again. */
export const isMutedNow = ({ mutedUntil }: Pick<Membership, 'mutedUntil'>): boolean =>
  isMuted({ mutedUntil }, new Date());

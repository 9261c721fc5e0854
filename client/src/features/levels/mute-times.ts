import { isMuted, NEVER } from '../../../../src/rooms/room/notification-level.js';
import { levelWords as words } from './levels.words.js';

const HOUR = 60 * 60_000;
/** The hour at which a mute until tomorrow ends. */
const MORNING = 9;

export const inOneHour = (now: Date): string => new Date(now.getTime() + HOUR).toISOString();

/** Of the next day of the user's calendar. */
export const tomorrow = (now: Date): string =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING).toISOString();

/** Until when a room is muted, in words; null if it is not. */
export function mutedText(
  mutedUntil: string | null,
  text: { readonly now: string; readonly until: (date: Date) => string },
): string | null {
  if (mutedUntil === null || !isMuted({ mutedUntil }, new Date())) return null;
  return mutedUntil === NEVER ? text.now : text.until(new Date(mutedUntil));
}

export const MUTED = { now: words.muted, until: words.mutedUntil };
export const IS_MUTED = { now: words.isMuted, until: words.isMutedUntil };

import { Problem } from '../../http/problems.js';

/**
 * Rooms per user, including direct conversations that are not hidden: as many as fit on one page of `GET
 * /api/me/rooms`.
 */
export const MAX_ROOMS = 1000;
/** Members per room. */
export const MAX_MEMBERS = 10_000;
/** Largest room that shows who is online and who is typing. The traffic grows with the square of the members. */
export const MAX_LIVE_MEMBERS = 1000;
/** Pending invitations: by one user, to one user, from one user to the same other user. */
export const MAX_INVITATIONS = { by: 100, to: 100, between: 5 };
/** Invitations and new direct conversations per user, hour and process. */
export const CONTACTS_PER_HOUR = 100;
/** Joined and left rooms and hidden direct conversations per user, hour and process. */
export const MEMBERSHIP_CHANGES_PER_HOUR = 200;
/** Reactions to a message: of different emoji, and all together. Each of its events and pages contains them. */
export const MAX_EMOJI = 20;
export const MAX_REACTIONS = 500;
/** Pinned messages per room: one page. */
export const MAX_PINS = 50;
/** Messages that a user has saved. */
export const MAX_SAVED = 1000;
/** Followers of a thread: each may get an event of their own for a reply. */
export const MAX_FOLLOWERS = 200;
/** Blocks per user. */
export const MAX_BLOCKS = 1000;

/** @throws Problem `conflict`: `detail` says what to do about it. */
export function refuseAbove(most: number, count: number, detail: string): void {
  if (count >= most) throw new Problem('conflict', detail);
}

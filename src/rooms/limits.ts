import { Problem } from '../http/problems.js';

/** Rooms that one user is in, with the direct conversations that they do not hide; as many as fit on one page of `GET /api/me/rooms`. */
export const MOST_ROOMS = 1000;
/** Members of one room. */
export const MOST_MEMBERS = 10_000;
/** Members up to which a room shows who is online and who is typing: what is sent grows with the square of it. */
export const LARGEST_LIVE_ROOM = 1000;
/** Invitations that are neither accepted nor declined: by one user, to one user, by one to the same other one. */
export const MOST_INVITATIONS = { by: 100, to: 100, between: 5 };
/** Invitations that one user sends, and direct conversations that they begin, in an hour at one process. */
export const CONTACTS_PER_HOUR = 100;
/** Times that one user joins or leaves a room, or hides a direct conversation, in an hour at one process. */
export const MEMBERSHIP_CHANGES_PER_HOUR = 200;
/** Users that one user blocks. */
export const MOST_BLOCKS = 1000;

/** @throws Problem `conflict`: `detail` says what to do about it. */
export function refuseAbove(most: number, count: number, detail: string): void {
  if (count >= most) throw new Problem('conflict', detail);
}

import type { TextMistake } from '../http/text.js';

/** The rules of usernames. The page calls the same functions before it sends one. */

/** The form of every username. */
export const USERNAME = /^[a-z0-9][a-z0-9._-]{1,31}$/;

export const MAX_USERNAME_LENGTH = 32;

/** Usernames are not case-sensitive. */
export const cleanUsername = (username: string): string => username.trim().toLowerCase();

/** In messages, `@all` mentions every member of a room. */
export const RESERVED_USERNAME = 'all';

/** What is wrong with a username as it was typed. */
export const usernameMistake = (username: string): TextMistake | undefined =>
  mistakeIn(cleanUsername(username));

function mistakeIn(username: string): TextMistake | undefined {
  if (!USERNAME.test(username)) return { kind: 'username' };
  return username === RESERVED_USERNAME ? { kind: 'reserved username' } : undefined;
}

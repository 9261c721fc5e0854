/** The rules of usernames. The page checks them by the same before it sends. */

/** As every username is. */
export const USERNAME = /^[a-z0-9][a-z0-9._-]{1,31}$/;
const USERNAME_RULE =
  'must have 2 to 32 characters from a to z, 0 to 9, dot, dash and underscore, and begin with a letter or a digit';

export const LONGEST_USERNAME = 32;

/** Upper and lower case are the same name. */
export const cleanUsername = (username: string): string => username.trim().toLowerCase();

/** What is wrong with what somebody typed for a username, as the end of a sentence. */
export const usernameMistake = (username: string): string | undefined =>
  USERNAME.test(cleanUsername(username)) ? undefined : USERNAME_RULE;

/** As every username is. Pure, since the page checks names by it, too. */
export const USERNAME = /^[a-z0-9][a-z0-9._-]{1,31}$/;

export const LONGEST_USERNAME = 32;

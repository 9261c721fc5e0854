import ms from 'ms';

/** Unicode code points. */
export const LONGEST_KIND = 64;
export const LONGEST_TITLE = 200;
export const LONGEST_BODY = 2000;
export const LONGEST_URL = 2000;
/** The data of a notification as JSON, in bytes. */
export const MOST_DATA = 4096;

/** Notifications that are kept for each user, and for everyone. */
export const KEPT = 1000;
/** Milliseconds for which a notification is kept. */
export const KEPT_FOR = ms('90d');

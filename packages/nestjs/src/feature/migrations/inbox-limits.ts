/**
 * The maximum size of the data of an event in the inbox, in bytes of UTF-8, as for `POST /api/events`. If the event of a
 * watched row is larger, it contains the key only.
 */
export const MAX_INBOX_DATA = 65_536;

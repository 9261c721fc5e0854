/** Unicode code points of texts besides messages. */
export const LONGEST_ROOM_NAME = 100;
export const LONGEST_SEARCH = 200;

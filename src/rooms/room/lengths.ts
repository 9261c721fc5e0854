/** Unicode code points of texts besides messages. */
export const MAX_ROOM_NAME_LENGTH = 100;
export const MAX_TOPIC_LENGTH = 250;
export const MAX_SEARCH_LENGTH = 200;
export const MAX_FILE_NAME_LENGTH = 255;
/** Files of one message. */
export const MAX_FILES = 10;

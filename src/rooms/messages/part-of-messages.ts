import { type SearchedMessage, searchedText } from './searched-text.js';

/**
 * UTF-16 code units that one background transaction deletes or reindexes. SQLite takes 0.2 s to delete the words of
 * 8,000 different Chinese characters, and every command waits for it.
 */
const MAX_TEXT_LENGTH = 2000;

/** The first messages whose texts and names of files fit into one transaction; at least one message. */
export function partOf<T extends SearchedMessage>(messages: readonly T[]): T[] {
  let length = 0;
  return messages.filter((message) => {
    const fits = length < MAX_TEXT_LENGTH;
    length += searchedText(message).length;
    return fits;
  });
}

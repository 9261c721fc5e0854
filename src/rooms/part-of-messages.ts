/**
 * UTF-16 code units of the texts that one transaction in the background deletes or indexes again. SQLite takes 0.2 s to
 * delete the words of 8,000 different Chinese characters, and every command waits for that.
 */
const MOST_TEXT = 2000;

/** The first of some messages, until their texts are as long as one transaction should take; at least one. */
export function partOf<T extends { readonly text: string | null }>(messages: readonly T[]): T[] {
  let length = 0;
  return messages.filter(({ text }) => {
    const fits = length < MOST_TEXT;
    length += text?.length ?? 0;
    return fits;
  });
}

import { nameTerms, nameWords } from '../../../../src/users/name-words.js';

type Names = Parameters<typeof nameWords>[0];

/** Whether a text finds a user, by the same words as the server. A text without words finds no one, an empty one everyone. */
export function nameMatcher(text: string): (user: Names) => boolean {
  if (text.trim() === '') return () => true;
  const terms = nameTerms(text);
  if (terms.length === 0) return () => false;
  return (user) => {
    const words = nameWords(user);
    return terms.every((term) => words.some((word) => word.startsWith(term)));
  };
}

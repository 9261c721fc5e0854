import { dictionary } from '@zxcvbn-ts/language-common';
import { passwordLengthMistake } from './password-length.js';

/** Characters of a sequence that is no password however often it is repeated. */
const LONGEST_SEQUENCE = 4;

const PRODUCT = 'carillon';
const COMMON_PASSWORDS = new Set(dictionary['passwords-common']);

/**
 * What is wrong with a new password, as the end of a sentence; `undefined` where it is good. Length, a list of the
 * commonest, and words of the context decide, and nothing else (NIST SP 800-63B, 3.1.1.2).
 *
 * @param username whose it is to be, where that is known.
 */
export function passwordMistake(value: string, username = ''): string | undefined {
  if (!value.isWellFormed()) return 'must be Unicode text, without half a surrogate pair';
  const length = passwordLengthMistake(value);
  if (length) return length;
  const folded = fold(value);
  if (COMMON_PASSWORDS.has(folded))
    return 'is one of the commonest passwords, which are tried first; choose another one';
  if (repeats(folded)) return 'must not be one character or a short sequence repeated';
  if (isMadeOf(folded, username)) return 'must not be made of the username';
  if (isMadeOf(folded, PRODUCT)) return 'must not be made of the name of this product';
  return undefined;
}

/** As guesses are compared: what looks the same is the same, and what cannot be seen is not there. */
const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');

function repeats(text: string): boolean {
  const characters = [...text];
  return Array.from({ length: LONGEST_SEQUENCE }, (_, n) => n + 1).some((period) =>
    characters.every((one, n) => n < period || one === characters[n - period]),
  );
}

/** Whether it is this word, forwards or backwards, once or several times, and nothing else but digits and signs. */
function isMadeOf(text: string, word: string): boolean {
  const rest = lettersAndDigits(text);
  const name = lettersAndDigits(fold(word));
  const backwards = [...name].toReversed().join('');
  return [name, backwards].some(
    (one) => one !== '' && rest.includes(one) && /^\p{N}*$/u.test(rest.replaceAll(one, '')),
  );
}

const lettersAndDigits = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, '');

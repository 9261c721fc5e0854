import { mistakeDetail } from '../http/text-mistakes.js';
import { isCommonPassword } from './common-passwords.js';
import { passwordLengthMistake } from './password-length.js';

/** Characters of a sequence that makes no valid password, however often it is repeated. */
const MAX_SEQUENCE_LENGTH = 4;

const PRODUCT = 'carillon';

/**
 * What is wrong with a new password, as the end of a sentence; `undefined` if it is valid. Only its length, a list of
 * common passwords, repetition and words of the context count (NIST SP 800-63B, 3.1.1.2).
 *
 * @param username of the account, if it is known.
 */
export function passwordMistake(value: string, username = ''): string | undefined {
  if (!value.isWellFormed()) return 'must be valid Unicode, without unpaired surrogates';
  const length = passwordLengthMistake(value);
  if (length) return mistakeDetail(length);
  const folded = fold(value);
  if (isCommonPassword(folded)) return 'is a common password; choose another one';
  if (repeats(folded)) return 'must not repeat one character or a short sequence';
  if (isMadeOf(folded, username)) return 'must not consist of the username';
  if (isMadeOf(folded, PRODUCT)) return 'must not consist of the product name';
  return undefined;
}

/** Makes texts that look the same equal, and removes invisible characters. */
const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');

function repeats(text: string): boolean {
  const characters = [...text];
  return Array.from({ length: MAX_SEQUENCE_LENGTH }, (_, n) => n + 1).some((period) =>
    characters.every((one, n) => n < period || one === characters[n - period]),
  );
}

/** Whether the text consists of this word, forwards or backwards, once or several times, and of digits and signs. */
function isMadeOf(text: string, word: string): boolean {
  const rest = lettersAndDigits(text);
  const name = lettersAndDigits(fold(word));
  const backwards = [...name].toReversed().join('');
  return [name, backwards].some(
    (one) => one !== '' && rest.includes(one) && /^\p{N}*$/u.test(rest.replaceAll(one, '')),
  );
}

const lettersAndDigits = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, '');

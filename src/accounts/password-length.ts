import { lengthMistake } from '../http/text.js';

/** Unicode code points of a new password, both as it is sent and in normalization form KC: `½` becomes three. */
export const SHORTEST_PASSWORD = 8;
export const LONGEST_PASSWORD = 128;

/** Unicode code points of a password that is checked: a device may send up to four for one of the normalization form. */
export const LONGEST_SENT_PASSWORD = 4 * LONGEST_PASSWORD;
/** Unicode code points of what stands for a username at the sign-in. */
export const LONGEST_SENT_USERNAME = 200;

/** What is wrong with the length of a new password, as the end of a sentence. */
export const passwordLengthMistake = (password: string): string | undefined =>
  lengthMistake(password, LONGEST_PASSWORD, SHORTEST_PASSWORD) ??
  lengthMistake(password.normalize('NFKC'), LONGEST_PASSWORD, SHORTEST_PASSWORD);

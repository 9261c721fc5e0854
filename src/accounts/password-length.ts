import { lengthMistake, type TextMistake } from '../http/text.js';

/** Unicode code points of a new password, both as it is sent and in normalization form KC: `½` becomes three. */
export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 128;

/** Unicode code points of a password that is checked: a device may send up to four for one of the normalization form. */
export const MAX_SENT_PASSWORD_LENGTH = 4 * MAX_PASSWORD_LENGTH;
/** Unicode code points of what stands for a username at the sign-in. */
export const MAX_SENT_USERNAME_LENGTH = 200;

/** What is wrong with the length of a new password. */
export const passwordLengthMistake = (password: string): TextMistake | undefined =>
  lengthMistake(password, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH) ??
  lengthMistake(password.normalize('NFKC'), MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH);

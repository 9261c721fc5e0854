import { cleanName, nameMistake } from '../../../../src/http/name-rules.js';
import type { TextMistake } from '../../../../src/http/text.js';
import type { Schema } from '../../api/api.js';
import { mistakesOf } from '../../http/failure.js';
import { words } from '../../words/words.js';

export const NAME_FIELDS = ['firstname', 'lastname'];

export type User = Schema<'User'>;
export type Names = Pick<User, 'firstname' | 'lastname'>;

export function fullName({ firstname, lastname }: Names): string {
  return `${firstname} ${lastname}`;
}

export function sameNames(a: Names, b: Names): boolean {
  return a.firstname === b.firstname && a.lastname === b.lastname;
}

/** As the server stores them, so that its responses can be compared. */
export function cleaned({ firstname, lastname }: Names): Names {
  return { firstname: cleanName(firstname), lastname: cleanName(lastname) };
}

/** The fields of `after` that differ. */
export function changedNames(before: Names, after: Names): Partial<Names> {
  return {
    ...(before.firstname !== after.firstname && { firstname: after.firstname }),
    ...(before.lastname !== after.lastname && { lastname: after.lastname }),
  };
}

/** The mistakes in the names, by field. */
export function checkNames({ firstname, lastname }: Names): Record<string, string> {
  return mistakesOf({
    firstname: mistakeIn(firstname, words.people.enterFirstName),
    lastname: mistakeIn(lastname, words.people.enterLastName),
  });
}

function mistakeIn(name: string, empty: string): TextMistake | string | undefined {
  const clean = cleanName(name);
  return clean === '' ? empty : nameMistake(clean);
}

import type { Schema } from '../api/api.js';
import { cleanName, nameMistake } from '../../../src/http/name-rules.js';
import { mistakesOf } from '../http/failure.js';

export const NAME_FIELDS = ['firstname', 'lastname'];

export type User = Schema<'User'>;
export type Names = Pick<User, 'firstname' | 'lastname'>;

export function fullName({ firstname, lastname }: Names): string {
  return `${firstname} ${lastname}`;
}

export function sameNames(a: Names, b: Names): boolean {
  return a.firstname === b.firstname && a.lastname === b.lastname;
}

/** As the server keeps them, so that what it says back can be compared. */
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

/** What is wrong with each name, as the server would say it; empty when nothing is. */
export function checkNames({ firstname, lastname }: Names): Record<string, string> {
  return mistakesOf({
    firstname: mistakeIn(firstname, 'first name'),
    lastname: mistakeIn(lastname, 'last name'),
  });
}

function mistakeIn(name: string, label: string): string | undefined {
  const clean = cleanName(name);
  return clean === '' ? `Enter a ${label}.` : nameMistake(clean);
}

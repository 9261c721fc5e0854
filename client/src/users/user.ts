import type { Schema } from '../api/api.js';

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
  return { firstname: clean(firstname), lastname: clean(lastname) };
}

function clean(name: string): string {
  return name.normalize('NFC').trim();
}

/** The fields of `after` that differ. */
export function changedNames(before: Names, after: Names): Partial<Names> {
  return {
    ...(before.firstname !== after.firstname && { firstname: after.firstname }),
    ...(before.lastname !== after.lastname && { lastname: after.lastname }),
  };
}

const LONGEST = 200;

/** What is wrong with each name, as the server would say it; empty when nothing is. */
export function checkNames({ firstname, lastname }: Names): Record<string, string> {
  return {
    ...checkName('firstname', 'first name', firstname),
    ...checkName('lastname', 'last name', lastname),
  };
}

function checkName(field: keyof Names, label: string, name: string): Record<string, string> {
  // Code points, as the server counts them.
  const length = Array.from(clean(name)).length;
  if (length === 0) return { [field]: `Enter a ${label}.` };
  if (length > LONGEST) {
    return { [field]: `A ${label} has at most ${LONGEST} characters; this one has ${length}.` };
  }
  return {};
}

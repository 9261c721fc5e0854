import { nameMatcher } from '../../client/src/features/people/name-match.js';

const finds = (typed: string, firstname: string, lastname: string, username?: string): boolean =>
  nameMatcher(typed)({ firstname, lastname, ...(username !== undefined && { username }) });

it.each([
  ['Bob Babbage', 'Bob', 'Babbage'],
  ['babb bo', 'Bob', 'Babbage'],
  ['chloe', 'Chloé', 'Martin'],
  ['Chloé', 'Chloe', 'Martin'],
  ['luisa', 'Maria Luisa', 'Soto'],
  ['pont', 'Ada', 'du-Pont'],
  ['田', '田中', '太郎'],
  ['太郎', '山田太郎', ''],
  ['иван', 'Пётр', 'Иванов'],
  ['משה', 'דוד', 'משה'],
  ['수', '김철수', ''],
  ['aero', 'Ærø', 'Kommune'],
  ['soren', 'Søren', 'Kierkegaard'],
  ['obrien', 'Edna', 'O’Brien'],
])('%j finds %s %s', (typed, firstname, lastname) => {
  expect(finds(typed, firstname, lastname)).toBe(true);
});

it('finds everyone by an empty text, and no one by a text without words', () => {
  expect(finds(' ', 'Grace', 'Hopper')).toBe(true);
  expect(finds('!!', 'Grace', 'Hopper!!')).toBe(false);
});

it('finds a user by any part of the username, and nobody by the middle of a word', () => {
  expect(finds('hopper', 'G', 'H', 'grace.hopper')).toBe(true);
  expect(finds('grace.h', 'G', 'H', 'grace.hopper')).toBe(true);
  expect(finds('@grace.h', 'G', 'H', 'grace.hopper')).toBe(true);
  expect(finds('@hopper', 'G', 'H', 'grace.hopper')).toBe(false);
  expect(finds('race', 'Grace', 'Hopper', 'grace')).toBe(false);
  expect(finds('grace ada', 'Grace', 'Hopper', 'grace')).toBe(false);
});

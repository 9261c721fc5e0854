/** A regular expression over ASCII: a component of a URL has no other characters. */
export type Expression =
  | { readonly kind: 'characters'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  | {
      readonly kind: 'repeat';
      readonly part: Expression;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'assertion'; readonly assertion: Assertion };

/** Whether it includes a character, by its code. */
export type CharacterSet = Uint8Array;

export type Assertion = 'start' | 'end' | 'boundary' | 'no boundary';

const CODES = Array.from({ length: 128 }, (_, code) => code);

export const setOf = (includes: (character: string, code: number) => boolean): CharacterSet =>
  Uint8Array.from(CODES, (code) => Number(includes(String.fromCharCode(code), code)));

/** Shared by all expressions. */
const SINGLE: readonly CharacterSet[] = CODES.map((each) => setOf((_, code) => code === each));
const NO_CHARACTER = setOf(() => false);
export const ANY_CHARACTER = setOf(() => true);

export const sequence = (...parts: readonly Expression[]): Expression => ({
  kind: 'sequence',
  parts,
});

export const characters = (set: CharacterSet): Expression => ({ kind: 'characters', set });

export const literal = (text: string): Expression =>
  sequence(...Array.from(text, (each) => characters(SINGLE[each.codePointAt(0)!] ?? NO_CHARACTER)));

export const repeat = (part: Expression, min: number, max: number): Expression => ({
  kind: 'repeat',
  part,
  min,
  max,
});

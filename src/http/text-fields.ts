import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { mistakeDetail } from './text-mistakes.js';
import { lengthMistake, type TextMistake } from './text.js';

/** Maximum bytes of a code point in JSON: two escapes such as `\ud83d\ude00`. */
const MAX_BYTES_PER_CHARACTER = 12;
/** Bytes for property names, values other than text, and white space. */
const OTHER_BYTES = 4096;
const KIB = 1024;

/** The total maximum length of the text fields of each class in code points, by its prototype. */
const declared = new Map<object, number>();

interface TextRules {
  /** Converts a text to the form that is checked and stored. */
  readonly clean?: (text: string) => string;
  /**
   * Finds the mistake in a cleaned text, as a mistake or as the end of an error message. By default it checks the
   * length.
   *
   * @param body the whole body that contains the text.
   */
  readonly mistake?: (text: string, body: object) => TextMistake | string | undefined;
}

/**
 * A text property with a maximum length in code points. The limit on the size of bodies follows from all text
 * properties.
 */
export const TextField =
  (
    most: number,
    { clean = (text) => text, mistake = (text) => lengthMistake(text, most) }: TextRules = {},
  ): PropertyDecorator =>
  (target, key) => {
    const mistakeIn = ({ value, object }: ValidationArguments): string | undefined => {
      if (value === undefined) return 'is missing';
      if (typeof value !== 'string') return 'must be a string';
      const found = mistake(value, object);
      return typeof found === 'object' ? mistakeDetail(found) : found;
    };
    declared.set(target, (declared.get(target) ?? 0) + most);
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? clean(value) : value,
    )(target, key);
    ValidateBy({
      name: 'text',
      validator: {
        validate: (_value, args) => mistakeIn(args!) === undefined,
        defaultMessage: (args) => mistakeIn(args!) ?? '',
      },
    })(target, key);
  };

/**
 * The size in bytes of the largest valid body of all classes with text fields, in whole KiB: every field at its limit,
 * and every character escaped. It is known when all features are loaded.
 */
export function largestBody(): number {
  const most = Math.max(...[...declared.keys()].map(charactersOf));
  return Math.ceil((most * MAX_BYTES_PER_CHARACTER + OTHER_BYTES) / KIB) * KIB;
}

/** Includes inherited fields. */
function charactersOf(prototype: object | null): number {
  if (prototype === null) return 0;
  return (declared.get(prototype) ?? 0) + charactersOf(Object.getPrototypeOf(prototype) as object);
}

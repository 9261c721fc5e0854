import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { lengthMistake } from './text.js';

/** Bytes of a code point in JSON at most: two escapes such as `\ud83d\ude00`. */
const ESCAPED = 12;
/** Bytes for the names of the properties, for values that are no text, and for white space. */
const ROOM = 4096;
const KIB = 1024;

/** The code points that the text fields of each class may have together, by its prototype. */
const declared = new Map<object, number>();

interface TextRules {
  /** The form in which a text is checked and kept. */
  readonly clean?: (text: string) => string;
  /**
   * What is wrong with a clean text, as the end of a sentence; by default its length.
   *
   * @param body all of the body that has the text.
   */
  readonly mistake?: (text: string, body: object) => string | undefined;
}

/** A property that is text of at most so many code points. Bodies may have as many bytes as all of theirs need. */
export const TextField =
  (
    most: number,
    { clean = (text) => text, mistake = (text) => lengthMistake(text, most) }: TextRules = {},
  ): PropertyDecorator =>
  (target, key) => {
    const mistakeIn = ({ value, object }: ValidationArguments): string | undefined => {
      if (value === undefined) return 'is missing';
      return typeof value === 'string' ? mistake(value, object) : 'must be a string';
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
 * Bytes of the largest body that any class with text fields can need, in whole KiB: all its fields at their limits, and
 * every character escaped. It is known once all features are loaded.
 */
export function largestBody(): number {
  const most = Math.max(...[...declared.keys()].map(charactersOf));
  return Math.ceil((most * ESCAPED + ROOM) / KIB) * KIB;
}

/** With the fields that a class inherits. */
function charactersOf(prototype: object | null): number {
  if (prototype === null) return 0;
  return (declared.get(prototype) ?? 0) + charactersOf(Object.getPrototypeOf(prototype) as object);
}

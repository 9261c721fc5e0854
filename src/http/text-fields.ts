import { ValidateBy } from 'class-validator';
import { lengthMistake } from './text.js';

/** Bytes of a code point in JSON at most: two escapes such as `\ud83d\ude00`. */
const ESCAPED = 12;
/** Bytes for the names of the properties, for values that are no text, and for white space. */
const ROOM = 4096;
const KIB = 1024;

/** The code points that the text fields of each class may have together, by its prototype. */
const declared = new Map<object, number>();

/** Declares a property to be text of at most so many code points, so that bodies may have as many bytes as that needs. */
export const TextField =
  (most: number): PropertyDecorator =>
  (target) => {
    declared.set(target, (declared.get(target) ?? 0) + most);
  };

/** A property that is any text of at most so many code points. */
export const ShortText =
  (most: number): PropertyDecorator =>
  (target, key) => {
    TextField(most)(target, key);
    ValidateBy({
      name: 'shortText',
      validator: {
        validate: (value) => mistake(value, most) === undefined,
        defaultMessage: (args) => mistake(args?.value, most) ?? '',
      },
    })(target, key);
  };

const mistake = (value: unknown, most: number): string | undefined =>
  typeof value === 'string' ? lengthMistake(value, most) : 'must be a string';

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

import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { ONE_LINE } from './described-properties.js';
import { hasInvisible, isVisible } from './visible-text.js';

/** Unicode code points. */
export const LONGEST_NAME = 200;

/** The schema of a name. That it must be visible is more than a pattern can say in all languages. */
export const describedName = (
  description: string,
  example: string,
  longest: number = LONGEST_NAME,
) => ({
  description: `${description} It has a visible character and none that is invisible; space around it does not count.`,
  minLength: 1,
  maxLength: longest,
  pattern: ONE_LINE,
  example,
});

/**
 * A name: text of any script, kept in Unicode normalization form C (UAX #15) and without space around it,
 * so that names that look the same are the same.
 */
export const Name =
  (longest: number = LONGEST_NAME): PropertyDecorator =>
  (target, key) => {
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.normalize('NFC').trim() : value,
    )(target, key);
    ValidateBy({
      name: 'name',
      validator: {
        validate: (value) => mistake(value, longest) === undefined,
        defaultMessage: (args) => mistake(args?.value, longest) ?? '',
      },
    })(target, key);
  };

function mistake(value: unknown, longest: number): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string') return 'must be a string';
  if (!value.isWellFormed()) return 'must be Unicode text, without half a surrogate pair';
  if (/\p{Cc}/u.test(value)) return 'must not have control characters, such as a line break';
  const length = [...value].length;
  if (length > 0 && !isVisible(value)) return 'must have a character that can be seen';
  if (hasInvisible(value)) return 'must not have characters that cannot be seen';
  if (length >= 1 && length <= longest) return undefined;
  return `must have 1 to ${longest} characters, not counting space around it; it has ${length}`;
}

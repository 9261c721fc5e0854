import { ONE_LINE } from './described-properties.js';
import { cleanName, LONGEST_NAME, nameMistake } from './name-rules.js';
import { TextField } from './text-fields.js';

/** The schema of a name. That it must be visible is more than a pattern can say in all languages. */
export const describedName = (
  description: string,
  example: string,
  longest: number = LONGEST_NAME,
) => ({
  description: `${description} It must have a visible character and no invisible ones; leading and trailing spaces are removed.`,
  minLength: 1,
  maxLength: longest,
  pattern: ONE_LINE,
  example,
});

/**
 * A name: text of any script, kept in Unicode normalization form C (UAX #15) and without space around it,
 * so that names that look the same are the same.
 */
export const Name = (longest: number = LONGEST_NAME): PropertyDecorator =>
  TextField(longest, { clean: cleanName, mistake: (name) => nameMistake(name, longest) });

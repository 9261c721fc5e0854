import { ONE_LINE } from './described-properties.js';
import { cleanName, MAX_NAME_LENGTH, nameMistake } from './name-rules.js';
import { TextField } from './text-fields.js';

/** The schema of a name. Not every regular expression dialect can require a visible character. */
export const describedName = (
  description: string,
  example: string,
  longest: number = MAX_NAME_LENGTH,
) => ({
  description: `${description} It must contain a visible character and no invisible ones; leading and trailing spaces are removed.`,
  minLength: 1,
  maxLength: longest,
  pattern: ONE_LINE,
  example,
});

/**
 * A name: text of any script, stored in Unicode normalization form C (UAX #15) and without leading and trailing
 * spaces, so that names that look the same are equal.
 */
export const Name = (longest: number = MAX_NAME_LENGTH): PropertyDecorator =>
  TextField(longest, { clean: cleanName, mistake: (name) => nameMistake(name, longest) });

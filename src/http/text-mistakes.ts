import type { ControlMistake, LengthMistake, PlainMistake, TextMistake } from './text.js';

const NAMES = new Map([
  ['U+0009', 'tab'],
  ['U+000A', 'line break'],
]);

const PLAIN: Record<PlainMistake, string> = {
  'lone surrogate': 'must be valid Unicode, without unpaired surrogates',
  'nothing visible': 'must contain a visible character',
  invisible: 'must not contain invisible characters',
  username:
    'must have 2 to 32 characters: letters a to z, digits, dots, dashes and underscores; the first must be a letter or a digit',
  'reserved username': 'must not be `all`, which mentions every member of a room',
};

/** The error message of a mistake, without the name of the field at its start. */
export function mistakeDetail(mistake: TextMistake): string {
  switch (mistake.kind) {
    case 'length':
      return lengthDetail(mistake);
    case 'control character':
      return controlDetail(mistake);
    default:
      return PLAIN[mistake.kind];
  }
}

function lengthDetail({ least, most, length }: LengthMistake): string {
  if (length === 0) return 'must not be empty';
  const wanted = least > 0 ? `${least} to ${most}` : `at most ${most}`;
  return `must have ${wanted} characters; it has ${length}`;
}

function controlDetail({ place, code, isMultiline }: ControlMistake): string {
  const refused = isMultiline ? ' except line breaks and tabs' : ' or line breaks';
  const name = NAMES.has(code) ? ` (${NAMES.get(code)})` : '';
  return `must not contain control characters${refused}; character ${place} is ${code}${name}`;
}

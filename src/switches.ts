import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { wordsIn } from './setting-values.js';

/** The features that can be turned off, with those that they need. `src/app.module.ts` lists their modules. */
const SWITCHES = {
  users: [],
  rooms: ['users'],
  notifications: [],
  push: ['rooms'],
  mercure: [],
} as const satisfies Record<string, readonly string[]>;

/** A feature that can be turned off. */
export type Switch = keyof typeof SWITCHES;

export const SWITCH_NAMES = Object.keys(SWITCHES) as Switch[];

/** Names separated by commas or spaces, or `none`. */
export const SwitchList = (): PropertyDecorator => (target, key) => {
  Transform(({ value }) => (value === 'none' ? [] : [...new Set(wordsIn(value))]))(target, key);
  const validator = {
    validate: (names: Switch[]) => mistakeIn(names) === undefined,
    defaultMessage: (args?: ValidationArguments) => mistakeIn(args!.value as Switch[])!,
  };
  ValidateBy({ name: 'switches', validator })(target, key);
};

function mistakeIn(names: readonly Switch[]): string | undefined {
  if (!names.every((name) => SWITCH_NAMES.includes(name)))
    return `must be none, or names separated by commas. The features are ${SWITCH_NAMES.join(', ')}`;
  for (const name of names) {
    const missing = SWITCHES[name].find((needed) => !names.includes(needed));
    if (missing) return `must have ${missing}, which ${name} needs`;
  }
  return undefined;
}

import ms, { type StringValue } from 'ms';
import { inspect } from 'node:util';
import { StartupError, withoutPassword } from './engine/startup-error.js';
import { DATABASE_URL_PATTERN, MAX_TIMER, millisecondsOf } from './option-values.js';
import { CarillonOptions, type CarillonModuleOptions } from './options.js';
import type { Caller } from './stream/subscriber.js';

/** How one option is read. */
interface Rule {
  /** @returns `undefined` where the value is wrong. */
  readonly read: (value: any) => unknown;
  /** Completes the sentence "It must be …". */
  readonly expected: string;
}
type Rules = Record<string, Rule>;

/** Milliseconds since the epoch, in 1973: a smaller number was meant to be seconds. */
const SECONDS = 1e11;

const ofForm = (form: RegExp, expected: string): Rule => ({
  read: (value) => (typeof value === 'string' && form.test(value) ? value : undefined),
  expected,
});

const wholeNumber = (min: number, max: number, meaningOf0 = ''): Rule => ({
  read: (value) => (Number.isInteger(value) && value >= min && value <= max ? value : undefined),
  expected: `a whole number from ${min}${meaningOf0 && ` (${meaningOf0})`} to ${max}`,
});

const duration = (min: string, max: number = MAX_TIMER): Rule => ({
  read: (value) => {
    const time = millisecondsOf(value) as number;
    const isRight = Number.isInteger(time) && time >= ms(min as StringValue) && time <= max;
    return isRight ? time : undefined;
  },
  expected: `a duration from ${min} to ${ms(max)}, such as '15s' or '7d', or a number of milliseconds`,
});

const orOff = ({ read, expected }: Rule): Rule => ({
  read: (value) => (value === 'off' || value === 0 ? 0 : read(value)),
  expected: `'off', or ${expected}`,
});

const FUNCTION: Rule = {
  read: (value) => (typeof value === 'function' ? value : undefined),
  expected: 'a function',
};

const BOOLEAN: Rule = {
  read: (value) => (typeof value === 'boolean' ? value : undefined),
  expected: 'true or false',
};

const isListOfTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

const RULES: Rules = {
  database: ofForm(
    DATABASE_URL_PATTERN,
    `'sqlite:' and the path of a file, such as 'sqlite:./data/app.db', or the URL of a PostgreSQL database, such as 'postgres://user:password@host:5432/app'`,
  ),
  databaseSetting: ofForm(/^.+$/, `the name of a setting, such as 'DATABASE_URL'`),
  schema: ofForm(
    /^(?!pg_)[a-z_][a-z0-9_]{0,49}$/,
    `1 to 50 lower-case letters, digits and underscores, not starting with a digit or with pg_, such as 'carillon'`,
  ),
  connections: wholeNumber(2, 1000),
  topicBase: {
    read: (value) => (typeof value === 'string' && URL.canParse(value) ? value : undefined),
    expected: `an absolute URL, such as 'https://example.com/.well-known/mercure'`,
  },
  off: {
    read: (value) => (isListOfTexts(value) ? value : undefined),
    expected: `a list of names of features, such as ['rooms']`,
  },
  maxWaitingCommands: wholeNumber(1, 1_000_000),
  caller: FUNCTION,
  network: FUNCTION,
};

const GROUPS: Record<'stream' | 'retention' | 'subscriptions', Rules> = {
  stream: {
    heartbeat: duration('100ms'),
    stallTimeout: duration('100ms'),
    lifetime: orOff(duration('1s')),
    max: wholeNumber(1, 1_000_000),
    maxPerNetwork: wholeNumber(0, 1_000_000, 'no limit'),
    maxPerUser: wholeNumber(0, 1_000_000, 'no limit'),
    anonymousReplay: wholeNumber(0, Number.MAX_SAFE_INTEGER, 'no limit'),
    recentBytes: wholeNumber(0, 2 ** 40),
    backlogBytes: wholeNumber(2 ** 20, 2 ** 40),
    direct: BOOLEAN,
  },
  retention: {
    age: duration('1s', ms('3650d')),
    count: wholeNumber(1, Number.MAX_SAFE_INTEGER),
    waitForSubscriptions: BOOLEAN,
  },
  subscriptions: { lease: duration('100ms'), shutdownTimeout: duration('1ms') },
};

const EXAMPLES: Record<keyof typeof GROUPS, string> = {
  stream: `{ heartbeat: '15s' }`,
  retention: `{ age: '7d' }`,
  subscriptions: `{ lease: '6s' }`,
};

/**
 * Checks what `forRoot` was given, and adds the defaults.
 *
 * @throws StartupError one line for each mistake: the option, its value, and what would be right.
 */
export function readOptions(given: CarillonModuleOptions | undefined): CarillonOptions {
  const mistakes: string[] = [];
  const defaults = new CarillonOptions();
  const { stream, retention, subscriptions, ...others }: Partial<CarillonModuleOptions> =
    given ?? {};
  const read = readAll('', RULES, others, mistakes);
  if (others.database === undefined) mistakes.push(missing('database', RULES['database']!));
  const groups = {
    stream: { ...defaults.stream, ...readGroup('stream', stream, mistakes) },
    retention: { ...defaults.retention, ...readGroup('retention', retention, mistakes) },
    subscriptions: {
      ...defaults.subscriptions,
      ...readGroup('subscriptions', subscriptions, mistakes),
    },
  };
  if (mistakes.length > 0) throw new StartupError(mistakes.join('\n'));
  const { database: url, databaseSetting: setting, schema, connections, caller, ...rest } = read;
  const database = {
    ...defaults.database,
    ...withoutUndefined({ url, setting, schema, connections }),
  };
  return Object.assign(defaults, rest, groups, { database }, caller && callerOption(caller));
}

function readGroup(
  name: keyof typeof GROUPS,
  given: unknown,
  mistakes: string[],
): Record<string, any> {
  if (given === undefined) return {};
  const rules = GROUPS[name];
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return readAll(`${name}.`, rules, given, mistakes);
  const expected = `an object with some of ${Object.keys(rules).join(', ')}, such as ${EXAMPLES[name]}`;
  mistakes.push(mistake(name, given, { read: () => undefined, expected }));
  return {};
}

function readAll(
  path: string,
  rules: Rules,
  given: object,
  mistakes: string[],
): Record<string, any> {
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const rule = rules[name];
    const result = rule?.read(value);
    if (!rule) mistakes.push(unknownOption(path, name, rules));
    else if (result === undefined) mistakes.push(mistake(path + name, value, rule));
    else read[name] = result;
  }
  return read;
}

const missing = (option: string, { expected }: Rule): string =>
  `CarillonModule: ${option} is missing. It must be ${expected}.`;

const mistake = (option: string, value: unknown, { expected }: Rule): string => {
  const shown = typeof value === 'string' ? withoutPassword(value) : value;
  return `CarillonModule: ${option} is ${inspect(shown, { depth: 0 })}. It must be ${expected}.`;
};

function unknownOption(path: string, name: string, rules: Rules): string {
  const known = [...Object.keys(rules), ...(path === '' ? Object.keys(GROUPS) : [])];
  return `CarillonModule: there is no option ${path}${name}. The options are ${known.map((each) => path + each).join(', ')}.`;
}

const withoutUndefined = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const callerOption = (caller: (request: any) => unknown) => ({
  caller: (request: unknown) => checkedCaller(caller(request)),
});

/** @throws TypeError what `caller` returned identifies nobody, or was signed in the past because of a wrong unit. */
function checkedCaller(returned: unknown): Caller | undefined {
  if (returned === undefined || returned === null) return undefined;
  const { id, expiresAt } = returned as Partial<Caller>;
  if (typeof id !== 'string' || id === '')
    throw new TypeError(
      `CarillonModule: caller returned the id ${inspect(id)}. It must return { id, sessionId?, expiresAt? } with a text as the id, or undefined for an anonymous user.`,
    );
  if (expiresAt !== undefined && !(Number.isFinite(expiresAt) && expiresAt > SECONDS))
    throw new TypeError(
      `CarillonModule: caller returned expiresAt ${inspect(expiresAt)}. It must be in milliseconds since 1970. The exp of a token is in seconds: multiply it by 1000.`,
    );
  return returned as Caller;
}

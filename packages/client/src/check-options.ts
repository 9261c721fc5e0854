type Rule = readonly [expected: string, isMet: (value: any) => unknown];

export const isNonEmptyString = (value: unknown): value is string =>
  typeof value === 'string' && value !== '';

export const areHeaders = (headers: unknown): boolean =>
  passes((value) => new Headers(value), headers);

const base = (): string | undefined => globalThis.document?.baseURI ?? globalThis.location?.href;

const isFunction = (value: unknown): boolean => typeof value === 'function';
const callable: Rule = ['a function', isFunction];
const positive: Rule = ['a positive number', (value) => typeof value === 'number' && value > 0];

const RULES: Readonly<Record<string, Rule>> = {
  url: [
    'an HTTP URL, and absolute outside a browser',
    (url) => isNonEmptyString(url) && /^https?:/.test(new URL(url, base()).href),
  ],
  headers: ['an object of valid headers', areHeaders],
  token: [
    'a function or a non-empty string without line breaks',
    (token) => isFunction(token) || (isNonEmptyString(token) && areHeaders({ token })),
  ],
  cursor: ['null or a non-empty string', (cursor) => cursor === null || isNonEmptyString(cursor)],
  on: [
    'an object of functions',
    (on) => Object.values(on).every((each) => each === undefined || isFunction(each)),
  ],
  transport: [
    '`auto`, `fetch` or, where it exists, `event-source`',
    (transport) =>
      transport === 'event-source'
        ? 'EventSource' in globalThis
        : ['auto', 'fetch'].includes(transport),
  ],
  snapshot: callable,
  parse: callable,
  onStatus: callable,
  onError: callable,
  fetch: callable,
  buffer: positive,
  heartbeat: positive,
  silence: positive,
  retry: positive,
  hiddenFor: ['0 or a positive number', (value) => value === 0 || positive[1](value)],
};

/** @throws TypeError if an option is of no use, before its effect looks like an error of the network */
export function checkOptions(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const [expected, isMet] = RULES[name] ?? [];
    if (isMet && value !== undefined && !passes(isMet, value))
      throw new TypeError(`\`${name}\` has to be ${expected}.`);
  }
}

function passes(isMet: (value: any) => unknown, value: unknown): boolean {
  try {
    return Boolean(isMet(value));
  } catch {
    return false;
  }
}

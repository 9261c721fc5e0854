/** The directives of `MERCURE_EXTRA_DIRECTIVES`, one in each line, as operators of a Mercure hub know them. */
export interface Directives {
  /** Whether subscribers without a token are accepted. They receive public updates. */
  readonly anonymous: boolean;
  /** Whether active subscriptions are tracked. */
  readonly subscriptions: boolean;
  readonly cookie_name?: string;
  readonly resource_identifier?: string;
  /** `7` or `8`: older clients are accepted, although issuers are set. */
  readonly protocol_version_compatibility?: string;
}

/** A directive without a value is on if it is there. */
const FLAGS = ['anonymous', 'subscriptions'] as const;

/** What the value of each other directive must be. */
const VALUES = {
  cookie_name: { form: /^[\w!#$%&'*+.^`|~-]+$/, rule: 'the name of a cookie' },
  resource_identifier: { form: /^[a-z][a-z\d+.-]*:\S+$/i, rule: 'a URI' },
  protocol_version_compatibility: { form: /^[78]$/, rule: '7 or 8' },
} as const;

/** What to use instead of directives that this service does not have. */
const INSTEAD: Readonly<Record<string, string>> = {
  cors_origins: 'Use CORS_ORIGINS.',
  publish_origins: 'Use CORS_ORIGINS.',
  heartbeat: 'Use STREAM_HEARTBEAT.',
  write_timeout: 'Use STREAM_LIFETIME.',
  public_urls: 'Use PUBLIC_URL.',
  issuer: 'Use MERCURE_TRUSTED_ISSUERS.',
  transport: 'Events are kept as EVENTS_RETENTION_AGE and EVENTS_RETENTION_COUNT say.',
};

/** @throws RangeError a directive is unknown or has a wrong value. The message says what is right. */
export function parseDirectives(text: string): Directives {
  const found: Record<string, unknown> = { anonymous: false, subscriptions: false };
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [name = '', ...values] = line.split(/\s+/);
    found[name] = valueOf(name, values);
  }
  return found as unknown as Directives;
}

function valueOf(name: string, values: readonly string[]): string | true {
  if (FLAGS.some((flag) => flag === name)) {
    if (values.length === 0) return true;
    throw new RangeError(`${name} takes no value`);
  }
  if (!Object.hasOwn(VALUES, name)) throw new RangeError(`${name} is unknown. ${insteadOf(name)}`);
  const { form, rule } = VALUES[name as keyof typeof VALUES];
  const [value = ''] = values;
  if (values.length === 1 && form.test(value)) return value;
  throw new RangeError(`${name} must be followed by ${rule}`);
}

const insteadOf = (name: string): string =>
  INSTEAD[name] ?? `There are: ${[...FLAGS, ...Object.keys(VALUES)].join(', ')}.`;

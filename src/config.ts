import { StartupError } from '@carillon/nestjs';
import {
  DATABASE_URL_PATTERN,
  MAX_TIMER,
  millisecondsOf,
  withoutPassword,
} from '@carillon/nestjs/internal';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  type ValidationArguments,
  validateSync,
} from 'class-validator';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import ms, { type StringValue } from 'ms';
import proxyAddr from 'proxy-addr';
import { isConfidential } from './confidential-url.js';
import { TopicTemplate } from './events/grants/topic-templates.js';
import { WholeNumber } from './whole-number.js';

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

const SWITCH_NAMES = Object.keys(SWITCHES) as Switch[];
/** Who sees the user directory: everyone, signed-in users, or nobody. */
const DIRECTORIES = ['open', 'members', 'off'] as const;
export type DirectoryAccess = (typeof DIRECTORIES)[number];

/** An address or a host name. */
const HOST_PATTERN = /^[\w.:-]+$/;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** A duration such as `500ms`, `15s`, `10m`, `24h` or `7d`, converted to milliseconds. */
const Duration =
  (min: string, max: number = MAX_TIMER): PropertyDecorator =>
  (target, key) => {
    const message = `must be a duration from ${min} to ${ms(max)}, such as 500ms, 15s, 10m or 7d`;
    Transform(({ value }) => millisecondsOf(value))(target, key);
    IsInt({ message })(target, key);
    Min(ms(min as StringValue), { message })(target, key);
    Max(max, { message })(target, key);
  };

const wordsIn = (value: unknown): string[] =>
  String(value)
    .split(/[\s,]+/)
    .filter(Boolean);

/** Names separated by commas or spaces, or `none`. */
const SwitchList = (): PropertyDecorator => (target, key) => {
  Transform(({ value }) => (value === 'none' ? [] : [...new Set(wordsIn(value))]))(target, key);
  const validator = {
    validate: (names: Switch[]) => switchesMistake(names) === undefined,
    defaultMessage: (args?: ValidationArguments) => switchesMistake(args!.value as Switch[])!,
  };
  ValidateBy({ name: 'switches', validator })(target, key);
};

function switchesMistake(names: readonly Switch[]): string | undefined {
  if (!names.every((name) => SWITCH_NAMES.includes(name)))
    return `must be none, or names separated by commas. The features are ${SWITCH_NAMES.join(', ')}`;
  for (const name of names) {
    const missing = SWITCHES[name].find((needed) => !names.includes(needed));
    if (missing) return `must have ${missing}, which ${name} needs`;
  }
  return undefined;
}

const OnOrOff = (): PropertyDecorator => (target, key) => {
  Transform(({ value }) => ({ on: true, off: false })[String(value)] ?? value)(target, key);
  IsBoolean({ message: 'must be on or off' })(target, key);
};

const YesOrNo = (): PropertyDecorator => (target, key) => {
  Transform(({ value }) => ({ true: true, false: false })[String(value)] ?? value)(target, key);
  IsBoolean({ message: 'must be true or false' })(target, key);
};

/** Origins separated by commas or spaces, each as a browser sends it (RFC 6454, 6.2): `HTTPS://A.test:443/` is `https://a.test`. */
const OriginList =
  (message: string, wildcard?: '*'): PropertyDecorator =>
  (target, key) => {
    Transform(({ value }) => wordsIn(value).map((given) => originOf(given) ?? given))(target, key);
    const validate = (value: string): boolean => value === wildcard || originOf(value) === value;
    const validator = { validate, defaultMessage: () => message };
    ValidateBy({ name: 'origins', validator }, { each: true })(target, key);
  };

/** `undefined` unless the text is the URL of a server without a path. */
function originOf(text: string): string | undefined {
  const url = /^https?:/i.test(text) ? URL.parse(text) : null;
  return url?.href === `${url?.origin}/` ? url.origin : undefined;
}

/** Topics with placeholders, separated by spaces. */
const Templates = (): PropertyDecorator => (target, key) => {
  Transform(({ value }) => String(value).split(/\s+/).filter(Boolean))(target, key);
  const mistakeIn = (templates: readonly string[]): string | undefined => {
    try {
      templates.forEach((template) => new TopicTemplate(template));
      return undefined;
    } catch (error) {
      return (error as RangeError).message;
    }
  };
  const validator = {
    validate: (templates: readonly string[]) => mistakeIn(templates) === undefined,
    defaultMessage: (args?: { value: unknown }) =>
      `must be topics and URL patterns separated by spaces, such as orders/{sub} teams/{claims.groups}/*: ${mistakeIn(args!.value as string[])}`,
  };
  ValidateBy({ name: 'templates', validator })(target, key);
};

function isFilesUrl(text: string): boolean {
  if (text.startsWith('file:')) return text.length > 'file:'.length;
  const { protocol = '', username, password, pathname } = URL.parse(text) ?? {};
  return (
    ['s3:', 's3+http:'].includes(protocol) && !!username && !!password && /^\/[^/]/.test(pathname!)
  );
}

/** A duration, or `off`, which becomes 0. */
const DurationOrOff =
  (min: string, max?: number): PropertyDecorator =>
  (target, key) => {
    Duration(min, max)(target, key);
    ValidateIf((_, value) => value !== 0)(target, key);
    Transform(({ value }) => (value === 'off' ? 0 : value))(target, key);
  };

/**
 * The operator's settings. Each property is set by the environment variable of the same name.
 * `.env.example` describes all of them.
 */
export class Config {
  @WholeNumber(0, 65_535)
  PORT: number = 8000;

  @Matches(HOST_PATTERN, {
    message: 'must be an address or host name to listen on, such as 0.0.0.0',
  })
  HOST: string = '0.0.0.0';

  @Matches(DATABASE_URL_PATTERN, {
    message:
      'must be sqlite: and the path of a file, such as sqlite:./data/carillon.db, or the URL of a PostgreSQL database, such as postgres://user:password@host:5432/carillon',
  })
  DATABASE_URL: string = 'sqlite:./data/carillon.db';

  /** The schema of all tables in a PostgreSQL database. */
  @Matches(/^(?!pg_)[a-z_][a-z0-9_]{0,49}$/, {
    message:
      'must be 1 to 50 lower-case letters, digits and underscores, not starting with a digit or with pg_, such as carillon',
  })
  DATABASE_SCHEMA: string = 'carillon';

  /** The maximum number of connections to PostgreSQL of this process, in addition to one for notifications and one for the inbox. */
  @WholeNumber(2, 1000)
  DATABASE_CONNECTIONS: number = 10;

  /** The maximum number of waiting commands. Further commands are refused. */
  @WholeNumber(1, 1_000_000)
  COMMANDS_WAITING_MAX: number = 5000;

  /** The number of processes that serve the port. `auto` starts one for each core. */
  @WholeNumber(1, 256)
  @Transform(({ value }) => (value === 'auto' ? availableParallelism() : value))
  WEB_CONCURRENCY: number = 1;

  /** The time in milliseconds in which a new process must start to listen. */
  @Duration('1s')
  WEB_START_TIMEOUT: number = 60_000;

  /** The time in milliseconds after which a process that was asked to stop, and hangs, is killed. */
  @Duration('1s')
  WEB_STOP_TIMEOUT: number = 10_000;

  /** The time in milliseconds for which a process that shuts down still listens, so that health checks notice. */
  @Duration('0s')
  SHUTDOWN_DELAY: number = 1000;

  /** The time in milliseconds without an event after which a stream carries a heartbeat. */
  @Duration('100ms')
  STREAM_HEARTBEAT: number = 15_000;

  /** The time in milliseconds after which a subscriber that reads nothing is disconnected. */
  @Duration('100ms')
  STREAM_STALL_TIMEOUT: number = 60_000;

  /** The maximum number of open connections of one address (for IPv6, one network of 64 bits). 0: no limit. */
  @WholeNumber(0, 1_000_000)
  CONNECTIONS_MAX_PER_ADDRESS: number = 5000;

  /** The maximum number of open streams. A further stream is closed immediately, and its client reconnects later. */
  @WholeNumber(1, 1_000_000)
  STREAM_MAX: number = 100_000;

  /** The maximum number of open streams of one address (for IPv6, one network of 64 bits). 0: no limit. */
  @WholeNumber(0, 1_000_000)
  STREAM_MAX_PER_ADDRESS: number = 1000;

  /** The maximum number of open streams of one user. 0: no limit. */
  @WholeNumber(0, 1_000_000)
  STREAM_MAX_PER_USER: number = 100;

  /** The maximum number of events that an anonymous caller may replay. 0: no limit. */
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  STREAM_ANONYMOUS_REPLAY: number = 100_000;

  /** The approximate time in milliseconds after which a stream is closed, so that its client reconnects. `off`: never. */
  @DurationOrOff('1s')
  STREAM_LIFETIME: number = 0;

  /** Bytes of memory for recent events, so that subscribers that are slightly behind need no database. */
  @WholeNumber(0, 2 ** 40)
  STREAM_RING_BYTES: number = 16 * 1024 * 1024;

  /**
   * The maximum number of bytes that wait in all sockets together. Above this limit, the longest-waiting subscriber is
   * disconnected.
   */
  @WholeNumber(2 ** 20, 2 ** 40)
  STREAM_BACKLOG_BYTES: number = 256 * 1024 * 1024;

  /** Whether a stream takes over its socket. Otherwise it writes to Nest's response. */
  @YesOrNo()
  STREAM_DIRECT: boolean = true;

  /** The time in milliseconds for which events are kept. */
  @Duration('1s', ms('3650d'))
  EVENTS_RETENTION_AGE: number = ms('7d');

  /** The maximum number of events that are kept. */
  @WholeNumber(1, Number.MAX_SAFE_INTEGER)
  EVENTS_RETENTION_COUNT: number = 1_000_000;

  /** The features that are on, of those that can be turned off. */
  @SwitchList()
  FEATURES: Switch[] = SWITCH_NAMES;

  /** Whether users sign up and sign in with passwords. Otherwise only tokens of `AUTH_ISSUER` are accepted. */
  @OnOrOff()
  PASSWORDS: boolean = true;

  /** Whether everyone can create an account. */
  @YesOrNo()
  SIGN_UP_OPEN: boolean = true;

  /** Who can read and change the user directory. */
  @IsIn(DIRECTORIES, { message: `must be one of ${DIRECTORIES.join(', ')}` })
  DIRECTORY: DirectoryAccess = 'open';

  /** The maximum lifetime of a session in milliseconds. */
  @Duration('1s', ms('3650d'))
  SESSION_LIFETIME: number = ms('30d');

  /** The time in milliseconds after which an unused session ends. `off`: never. */
  @DurationOrOff('1s', ms('3650d'))
  SESSION_IDLE: number = ms('14d');

  /** The number of failed sign-ins to one account from one network after which further ones are delayed. 0: no limit. */
  @WholeNumber(0, 1_000_000)
  SIGN_IN_ATTEMPTS: number = 20;

  /** Whom the operators of push services can contact: a `mailto:` or `https:` URL. Empty: PUBLIC_URL. */
  @ValidateIf(({ PUSH_SUBJECT }: Config) => PUSH_SUBJECT !== '')
  @Matches(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s/]+(\/\S*)?)$/, {
    message:
      'must be an e-mail address or a website, such as mailto:ops@example.com or https://example.com',
  })
  PUSH_SUBJECT: string = '';

  /** The time in milliseconds for which a push waits while its user is online, and may read the message in an open page. */
  @Duration('0s')
  PUSH_DELAY: number = 5000;

  /** The time in milliseconds after which a request to a push service is given up. */
  @Duration('100ms')
  PUSH_TIMEOUT: number = 10_000;

  /** Whether the endpoints of push subscriptions may have private addresses, and use http. Otherwise they are refused. */
  @YesOrNo()
  PUSH_PRIVATE_ADDRESSES: boolean = false;

  /** The time in milliseconds for which a user stays online after their last stream has ended. */
  @Duration('100ms')
  PRESENCE_GRACE: number = 3000;

  /** The time in milliseconds after which the users of a process that crashed go offline. */
  @Duration('1s')
  PRESENCE_TIMEOUT: number = 15_000;

  /** The issuer of accepted access tokens, exactly as in the claim `iss`. Empty: no tokens of an issuer are accepted. */
  @ValidateIf(({ AUTH_ISSUER }: Config) => AUTH_ISSUER !== '')
  @ValidateBy({
    name: 'issuer',
    validator: {
      validate: (value) =>
        /^https?:\/\/[^\s?#]+$/.test(String(value)) && isConfidential(String(value)),
      defaultMessage: () =>
        'must be an https URL, such as https://login.example.com/; http is accepted only for this machine',
    },
  })
  AUTH_ISSUER: string = '';

  /** The value that the `aud` claim of such a token must contain. */
  @ValidateIf(({ AUTH_ISSUER }: Config) => AUTH_ISSUER !== '')
  @Matches(/^\S+$/, {
    message: 'must be the name of this service that the issuer puts into the aud claim',
  })
  AUTH_AUDIENCE: string = '';

  /** The clients whose tokens are accepted, as named in the claim `azp` or `client_id`. Empty: all clients. */
  @Transform(({ value }) => wordsIn(value))
  AUTH_CLIENTS: string[] = [];

  /** The maximum lifetime of such a token in milliseconds. */
  @Duration('1s', ms('3650d'))
  AUTH_TOKEN_LIFETIME: number = ms('24h');

  /** The topics of which users receive private events: templates with `{sub}`, `{claims.NAME}`, `{id}` and `{username}`. */
  @Templates()
  TOPIC_GRANTS: string[] = [];

  /** The maximum number of events that one user or key may publish in a minute. 0: no limit. */
  @WholeNumber(0, 10_000_000)
  PUBLISH_PER_MINUTE: number = 6000;

  /** The keys of tokens for the hub of the Mercure protocol, and their algorithms: a shared secret, or a public key as PEM. */
  MERCURE_PUBLISHER_JWT_KEY: string = '';
  MERCURE_PUBLISHER_JWT_ALG: string = 'HS256';
  MERCURE_SUBSCRIBER_JWT_KEY: string = '';
  MERCURE_SUBSCRIBER_JWT_ALG: string = 'HS256';

  /** The issuers of tokens for the hub. With keys, the first one is their issuer. The keys of others are found with discovery. */
  @Transform(({ value }) =>
    String(value)
      .split(/[\s,]+/)
      .filter(Boolean),
  )
  MERCURE_TRUSTED_ISSUERS: string[] = [];

  /** Further settings of the hub, one in each line. */
  MERCURE_EXTRA_DIRECTIVES: string = '';

  /** The maximum number of writes of one address in a minute. Every 256 bytes of a body count as one. 0: no limit. */
  @WholeNumber(0, 10_000_000)
  RATE_LIMIT_PER_MINUTE: number = 6000;

  /** The maximum number of reads of one address in a minute. 0: no limit. */
  @WholeNumber(0, 10_000_000)
  READ_LIMIT_PER_MINUTE: number = 60_000;

  /** The maximum number of searches of one user in a minute. 0: no limit. */
  @WholeNumber(0, 10_000_000)
  SEARCHES_PER_MINUTE: number = 60;

  /** Where files of messages are stored: `file:` and the path of a folder, or `s3:` and the address of a bucket with its key. */
  @ValidateBy({
    name: 'files',
    validator: {
      validate: (value) => isFilesUrl(String(value)),
      defaultMessage: () =>
        'must be file: and the path of a folder, such as file:./data/files, or the address of a bucket with its key, such as s3://KEY:SECRET@s3.example.com/carillon',
    },
  })
  FILES_URL: string = 'file:./data/files';

  /** The maximum size of a file in bytes. 0: users cannot upload files. */
  @WholeNumber(0, 2 ** 30)
  FILES_MAX_BYTES: number = 25 * 1024 * 1024;

  /** The maximum size in bytes of all files of one user. 0: no limit. */
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  FILES_MAX_BYTES_PER_USER: number = 1024 ** 3;

  /** The maximum number of files of one user. 0: no limit. */
  @WholeNumber(0, 10_000_000)
  FILES_MAX_PER_USER: number = 10_000;

  /** The maximum number of files that one user uploads in a minute. 0: no limit. */
  @WholeNumber(0, 10_000_000)
  FILES_PER_MINUTE: number = 60;

  /** The port on which only `/metrics` is served. 0: none. */
  @WholeNumber(0, 65_535)
  METRICS_PORT: number = 0;

  /** The address of that port. */
  @Matches(HOST_PATTERN, {
    message: 'must be an address or host name to listen on, such as 0.0.0.0',
  })
  METRICS_HOST: string = '127.0.0.1';

  /** The bearer token for `/metrics`. Empty: the main port does not serve it, and METRICS_PORT needs no token. */
  @ValidateIf(({ METRICS_TOKEN }: Config) => METRICS_TOKEN !== '')
  @Matches(/^[\w.~+/=-]{16,}$/, {
    message:
      'must have at least 16 letters, digits and characters of -._~+/=, such as the output of openssl rand -hex 32',
  })
  METRICS_TOKEN: string = '';

  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';

  /** The destination of the security log: `stderr`, `off`, or the path of a file. */
  @Matches(/^(stderr|off|.*\/.*)$/, {
    message: 'must be stderr, off, or the path of a file, such as /var/log/carillon/security.log',
  })
  SECURITY_LOG: string = 'stderr';

  /** Whether the security log shows a pseudonym of each address, or the address itself. */
  @IsIn(['hashed', 'clear'], { message: 'must be hashed or clear' })
  SECURITY_LOG_ADDRESS: 'hashed' | 'clear' = 'hashed';

  /** The setting `trust proxy` of Express: `false`, a number of hops, or addresses and networks. */
  @Transform(({ value }) => (/^\d+$/.test(String(value)) ? Number(value) : value))
  @ValidateBy({
    name: 'trustProxy',
    validator: {
      validate: isTrustProxy,
      defaultMessage: () =>
        'must be false, a number of hops, or addresses such as loopback or 10.0.0.0/8',
    },
  })
  TRUST_PROXY: string | number = 'false';

  /** The origins at which browsers reach the service. Empty: they are derived from each request. */
  @OriginList('must be URLs without a path, such as https://chat.example.com')
  PUBLIC_URL: string[] = [];

  /** The origins whose pages may call the API. `*`: all pages, without cookies. Empty: only the own page of the service. */
  @OriginList('must be origins separated by commas, such as https://app.example.com, or *', '*')
  CORS_ORIGINS: string[] = [];
}

/**
 * Reads the configuration from the environment and from `.env`, if that file exists. The environment takes precedence.
 * An empty variable counts as not set.
 *
 * @throws StartupError one line for each invalid variable, with its name, its value and what is valid.
 */
export function readConfig(environment: NodeJS.ProcessEnv = processEnvironment()): Config {
  const known = Object.keys(new Config());
  const given = Object.entries(environment).filter(
    ([name, value]) => known.includes(name) && value,
  );
  const config = plainToInstance(Config, Object.fromEntries(given), { exposeDefaultValues: true });
  const wrong = validateSync(config, { stopAtFirstError: true }).map(
    ({ property, constraints }) =>
      `${property} is "${shown(property, environment[property] ?? '')}": it ${Object.values(constraints ?? {})[0]}.`,
  );
  if (wrong.length > 0) throw new StartupError(wrong.join('\n'));
  return config;
}

/** Values as error messages show them: secrets must not get into a log. */
const shown = (property: string, value: string): string =>
  property === 'METRICS_TOKEN' ? '…' : withoutPassword(value);

/** Whether anyone can list or search users. */
export const hasDirectory = ({
  FEATURES,
  DIRECTORY,
}: Pick<Config, 'FEATURES' | 'DIRECTORY'>): boolean =>
  FEATURES.includes('users') && DIRECTORY !== 'off';

/** The features that are turned off. */
export const switchedOff = ({ FEATURES }: Pick<Config, 'FEATURES'>): Switch[] =>
  SWITCH_NAMES.filter((name) => !FEATURES.includes(name));

function processEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) loadEnvFile();
  return process.env;
}

function loadEnvFile(): void {
  try {
    process.loadEnvFile('.env');
  } catch (error) {
    throw new StartupError(`.env cannot be read: ${(error as Error).message}.`);
  }
}

function isTrustProxy(value: unknown): boolean {
  if (value === 'false' || typeof value === 'number') return true;
  try {
    proxyAddr.compile(String(value).split(/ *, */));
    return true;
  } catch {
    return false;
  }
}

@Global()
@Module({})
export class ConfigModule {
  static with(config: Config): DynamicModule {
    const provider = { provide: Config, useValue: config };
    return { module: ConfigModule, providers: [provider], exports: [provider] };
  }
}

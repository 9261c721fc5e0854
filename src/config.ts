import { StartupError } from '@carillon/nestjs';
import { DATABASE_URL_PATTERN, withoutPassword } from '@carillon/nestjs/internal';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { plainToInstance, Transform } from 'class-transformer';
import { IsIn, Matches, ValidateIf, validateSync } from 'class-validator';
import ms from 'ms';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import {
  Duration,
  DurationOrOff,
  FilesUrl,
  IssuerUrl,
  ListenAddress,
  OnOrOff,
  OriginList,
  Templates,
  TrustedProxies,
  WordList,
  YesOrNo,
} from './setting-values.js';
import { type Switch, SWITCH_NAMES, SwitchList } from './switches.js';
import { WholeNumber } from './whole-number.js';

/** Who sees the user directory: everyone, signed-in users, or nobody. */
const DIRECTORIES = ['open', 'members', 'off'] as const;
export type DirectoryAccess = (typeof DIRECTORIES)[number];

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/**
 * The operator's settings. Each property is set by the environment variable of the same name.
 * `.env.example` describes all of them.
 */
export class Config {
  @WholeNumber(0, 65_535)
  PORT: number = 8000;

  @ListenAddress()
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
  @IssuerUrl()
  AUTH_ISSUER: string = '';

  /** The value that the `aud` claim of such a token must contain. */
  @ValidateIf(({ AUTH_ISSUER }: Config) => AUTH_ISSUER !== '')
  @Matches(/^\S+$/, {
    message: 'must be the name of this service that the issuer puts into the aud claim',
  })
  AUTH_AUDIENCE: string = '';

  /** The clients whose tokens are accepted, as named in the claim `azp` or `client_id`. Empty: all clients. */
  @WordList()
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
  @WordList()
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
  @FilesUrl()
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
  @ListenAddress()
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
  @TrustedProxies()
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

@Global()
@Module({})
export class ConfigModule {
  static with(config: Config): DynamicModule {
    const provider = { provide: Config, useValue: config };
    return { module: ConfigModule, providers: [provider], exports: [provider] };
  }
}

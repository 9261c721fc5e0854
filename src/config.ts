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
  validateSync,
} from 'class-validator';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import ms, { type StringValue } from 'ms';
import proxyAddr from 'proxy-addr';
import { isConfidential } from './confidential-url.js';
import { StartupError, withoutPassword } from './startup-error.js';
import { WholeNumber } from './whole-number.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const DURATION = /^\d+(\.\d+)? ?(ms|s|m|h|d)$/;
const LONGEST_TIMER = 2 ** 31 - 1; // milliseconds; Node fires a longer timer at once

/** A duration such as `500ms`, `15s`, `10m`, `24h` or `7d`; milliseconds once read. */
const Duration =
  (min: string, max: number = LONGEST_TIMER): PropertyDecorator =>
  (target, key) => {
    const message = `must be a duration from ${min} to ${ms(max)}, such as 500ms, 15s, 10m or 7d`;
    Transform(({ value }) => (DURATION.test(String(value)) ? ms(value as StringValue) : value))(
      target,
      key,
    );
    IsInt({ message })(target, key);
    Min(ms(min as StringValue), { message })(target, key);
    Max(max, { message })(target, key);
  };

const YesOrNo = (): PropertyDecorator => (target, key) => {
  Transform(({ value }) => ({ true: true, false: false })[String(value)] ?? value)(target, key);
  IsBoolean({ message: 'must be true or false' })(target, key);
};

/** Origins separated by commas or spaces, each as a browser sends it (RFC 6454, 6.2): `HTTPS://A.test:443/` is `https://a.test`. */
const OriginList =
  (message: string, wildcard?: '*'): PropertyDecorator =>
  (target, key) => {
    const split = (value: unknown): string[] =>
      String(value)
        .split(/[\s,]+/)
        .filter(Boolean);
    Transform(({ value }) => split(value).map((given) => originOf(given) ?? given))(target, key);
    const validate = (value: string): boolean => value === wildcard || originOf(value) === value;
    const validator = { validate, defaultMessage: () => message };
    ValidateBy({ name: 'origins', validator }, { each: true })(target, key);
  };

/** `undefined` where it is no URL of a whole server. */
function originOf(text: string): string | undefined {
  const url = /^https?:/i.test(text) ? URL.parse(text) : null;
  return url?.href === `${url?.origin}/` ? url.origin : undefined;
}

/** A duration, or `off`, which is read as 0. */
const DurationOrOff =
  (min: string, max?: number): PropertyDecorator =>
  (target, key) => {
    Duration(min, max)(target, key);
    ValidateIf((_, value) => value !== 0)(target, key);
    Transform(({ value }) => (value === 'off' ? 0 : value))(target, key);
  };

/**
 * What the operator may set, each property by the environment variable of the same name.
 * `.env.example` explains them one by one.
 */
export class Config {
  @WholeNumber(0, 65_535)
  PORT: number = 8000;

  @Matches(/^[\w.:-]+$/, {
    message: 'must be an address or host name to listen on, such as 0.0.0.0',
  })
  HOST: string = '0.0.0.0';

  @Matches(/^(sqlite:(?!.*:memory:).+|postgres(ql)?:\/\/.+)$/, {
    message:
      'must be sqlite: and the path of a file, such as sqlite:./data/carillon.db, or the URL of a PostgreSQL, such as postgres://user:password@host:5432/carillon',
  })
  DATABASE_URL: string = 'sqlite:./data/carillon.db';

  /** Connections to PostgreSQL that this process opens at the most, beside one that listens. */
  @WholeNumber(2, 1000)
  DATABASE_CONNECTIONS: number = 10;

  /** Commands that wait to be carried out; one more is refused. */
  @WholeNumber(1, 1_000_000)
  COMMANDS_WAITING_MAX: number = 5000;

  /** Processes that serve the port together; `auto` for one on each core. */
  @WholeNumber(1, 256)
  @Transform(({ value }) => (value === 'auto' ? availableParallelism() : value))
  WEB_CONCURRENCY: number = 1;

  /** Milliseconds in which a process that joins or replaces others has to listen. */
  @Duration('1s')
  WEB_START_TIMEOUT: number = 60_000;

  /** Milliseconds of silence after which a stream carries a heartbeat. */
  @Duration('100ms')
  STREAM_HEARTBEAT: number = 15_000;

  /** Milliseconds for which a listener may take nothing before it is closed. */
  @Duration('100ms')
  STREAM_STALL_TIMEOUT: number = 60_000;

  /** Connections that one address (of IPv6, one network of 64 bits) may have open at once; 0 for no limit. */
  @WholeNumber(0, 1_000_000)
  CONNECTIONS_MAX_PER_ADDRESS: number = 5000;

  /** Streams open at once; one more is told to come back later. */
  @WholeNumber(1, 1_000_000)
  STREAM_MAX: number = 100_000;

  /** Streams that one address (of IPv6, one network of 64 bits) may have open at once; 0 for no limit. */
  @WholeNumber(0, 1_000_000)
  STREAM_MAX_PER_ADDRESS: number = 1000;

  /** Streams that one user may have open at once; 0 for no limit. */
  @WholeNumber(0, 1_000_000)
  STREAM_MAX_PER_USER: number = 100;

  /** Events that callers who are not signed in may replay; 0 for no limit. */
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  STREAM_ANONYMOUS_REPLAY: number = 100_000;

  /** Milliseconds, about, after which a stream is ended for its client to come back; `off` for never. */
  @DurationOrOff('1s')
  STREAM_LIFETIME: number = 0;

  /** Bytes of recent facts that are kept in memory for listeners that are a little behind. */
  @WholeNumber(0, 2 ** 40)
  STREAM_RING_BYTES: number = 16 * 1024 * 1024;

  /** Bytes that may wait in all sockets together; over that, who has waited longest is cut off. */
  @WholeNumber(2 ** 20, 2 ** 40)
  STREAM_BACKLOG_BYTES: number = 256 * 1024 * 1024;

  /** Milliseconds for which events are kept. */
  @Duration('1s', ms('3650d'))
  EVENTS_RETENTION_AGE: number = ms('7d');

  /** How many events are kept. */
  @WholeNumber(1, Number.MAX_SAFE_INTEGER)
  EVENTS_RETENTION_COUNT: number = 1_000_000;

  /** Whether who has not signed in may make an account. */
  @YesOrNo()
  SIGN_UP_OPEN: boolean = true;

  /** Whether the user directory is open to callers who have not signed in. */
  @YesOrNo()
  USERS_OPEN: boolean = true;

  /** Milliseconds for which a sign-in lasts. */
  @Duration('1s', ms('3650d'))
  SESSION_LIFETIME: number = ms('30d');

  /** Milliseconds after which a sign-in ends that is not used; `off` for never. */
  @DurationOrOff('1s', ms('3650d'))
  SESSION_IDLE: number = ms('14d');

  /** Sign-ins to one account from one network that may fail before further ones are delayed; 0 for no limit. */
  @WholeNumber(0, 1_000_000)
  SIGN_IN_ATTEMPTS: number = 20;

  /** The issuer whose tokens are taken as sign-ins, as the `iss` claim has it; none when it is empty. */
  @ValidateIf(({ AUTH_ISSUER }: Config) => AUTH_ISSUER !== '')
  @ValidateBy({
    name: 'issuer',
    validator: {
      validate: (value) =>
        /^https?:\/\/[^\s?#]+$/.test(String(value)) && isConfidential(String(value)),
      defaultMessage: () =>
        'must be a URL with https, such as https://login.example.com/; http is for this machine alone',
    },
  })
  AUTH_ISSUER: string = '';

  /** What the `aud` claim of such a token must name. */
  @ValidateIf(({ AUTH_ISSUER }: Config) => AUTH_ISSUER !== '')
  @Matches(/^\S+$/, { message: 'must name this service, as the issuer does in the claim aud' })
  AUTH_AUDIENCE: string = '';

  /** The clients whose tokens are taken, as the claim `azp` or `client_id` names them; all when it is empty. */
  @Transform(({ value }) =>
    String(value)
      .split(/[\s,]+/)
      .filter(Boolean),
  )
  AUTH_CLIENTS: string[] = [];

  /** Milliseconds for which such a token may be valid. */
  @Duration('1s', ms('3650d'))
  AUTH_TOKEN_LIFETIME: number = ms('24h');

  /** Writes that one address may make in a minute; 0 for no limit. Each 256 bytes of a body count as one. */
  @WholeNumber(0, 10_000_000)
  RATE_LIMIT_PER_MINUTE: number = 6000;

  /** Reads that one address may make in a minute; 0 for no limit. */
  @WholeNumber(0, 10_000_000)
  READ_LIMIT_PER_MINUTE: number = 60_000;

  /** Searches that one user may make in a minute; 0 for no limit. */
  @WholeNumber(0, 10_000_000)
  SEARCHES_PER_MINUTE: number = 60;

  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';

  /** Where sign-ins, refusals and changes of rights are recorded: `stderr`, `off`, or the path of a file. */
  @Matches(/^(stderr|off|.*\/.*)$/, {
    message: 'must be stderr, off, or the path of a file, such as /var/log/carillon/security.log',
  })
  SECURITY_LOG: string = 'stderr';

  /** Whether the security log has addresses in clear, or a pseudonym of each. */
  @IsIn(['hashed', 'clear'], { message: 'must be hashed or clear' })
  SECURITY_LOG_ADDRESS: 'hashed' | 'clear' = 'hashed';

  /** Express' `trust proxy`: `false`, a number of hops, or addresses and networks. */
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

  /** The origins at which browsers reach the service; derived from each request when it is empty. */
  @OriginList('must be URLs without a path, such as https://chat.example.com')
  PUBLIC_URL: string[] = [];

  /** Origins whose pages may call the API, `*` for all, who then do so without cookies; none when it is empty. */
  @OriginList('must be origins separated by commas, such as https://app.example.com, or *', '*')
  CORS_ORIGINS: string[] = [];
}

/**
 * Reads the configuration from the environment, and from `.env` where that file exists (the
 * environment wins). A variable that is empty counts as not set.
 *
 * @throws StartupError one line for each wrong variable: its name, its value and what would be right.
 */
export function readConfig(environment: NodeJS.ProcessEnv = processEnvironment()): Config {
  const known = Object.keys(new Config());
  const given = Object.entries(environment).filter(
    ([name, value]) => known.includes(name) && value,
  );
  const config = plainToInstance(Config, Object.fromEntries(given), { exposeDefaultValues: true });
  const wrong = validateSync(config, { stopAtFirstError: true }).map(
    ({ property, constraints }) =>
      `${property} is "${withoutPassword(environment[property] ?? '')}": it ${Object.values(constraints ?? {})[0]}.`,
  );
  if (wrong.length > 0) throw new StartupError(wrong.join('\n'));
  return config;
}

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

import { MAX_TIMER, millisecondsOf } from '@carillon/nestjs/internal';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, Matches, Max, Min, ValidateBy, ValidateIf } from 'class-validator';
import ms, { type StringValue } from 'ms';
import proxyAddr from 'proxy-addr';
import { isConfidential } from './confidential-url.js';
import { TopicTemplate } from './events/grants/topic-templates.js';

/** Values separated by commas or spaces. */
export const wordsIn = (value: unknown): string[] =>
  String(value)
    .split(/[\s,]+/)
    .filter(Boolean);

export const WordList = (): PropertyDecorator => Transform(({ value }) => wordsIn(value));

/** A duration such as `500ms`, `15s`, `10m`, `24h` or `7d`, converted to milliseconds. */
export const Duration =
  (min: string, max: number = MAX_TIMER): PropertyDecorator =>
  (target, key) => {
    const message = `must be a duration from ${min} to ${ms(max)}, such as 500ms, 15s, 10m or 7d`;
    Transform(({ value }) => millisecondsOf(value))(target, key);
    IsInt({ message })(target, key);
    Min(ms(min as StringValue), { message })(target, key);
    Max(max, { message })(target, key);
  };

/** A duration, or `off`, which becomes 0. */
export const DurationOrOff =
  (min: string, max?: number): PropertyDecorator =>
  (target, key) => {
    Duration(min, max)(target, key);
    ValidateIf((_, value) => value !== 0)(target, key);
    Transform(({ value }) => (value === 'off' ? 0 : value))(target, key);
  };

export const OnOrOff = (): PropertyDecorator => (target, key) => {
  Transform(({ value }) => ({ on: true, off: false })[String(value)] ?? value)(target, key);
  IsBoolean({ message: 'must be on or off' })(target, key);
};

export const YesOrNo = (): PropertyDecorator => (target, key) => {
  Transform(({ value }) => ({ true: true, false: false })[String(value)] ?? value)(target, key);
  IsBoolean({ message: 'must be true or false' })(target, key);
};

/** The address or host name of this machine on which a port is opened. */
export const ListenAddress = (): PropertyDecorator =>
  Matches(/^[\w.:-]+$/, {
    message: 'must be an address or host name to listen on, such as 0.0.0.0',
  });

/** Origins separated by commas or spaces, each as a browser sends it (RFC 6454, 6.2): `HTTPS://A.test:443/` is `https://a.test`. */
export const OriginList =
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

/** The URL of an OpenID Connect issuer. */
export const IssuerUrl = (): PropertyDecorator =>
  ValidateBy({
    name: 'issuer',
    validator: {
      validate: (value) =>
        /^https?:\/\/[^\s?#]+$/.test(String(value)) && isConfidential(String(value)),
      defaultMessage: () =>
        'must be an https URL, such as https://login.example.com/; http is accepted only for this machine',
    },
  });

/** Topics with placeholders, separated by spaces. */
export const Templates = (): PropertyDecorator => (target, key) => {
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

/** `file:` and the path of a folder, or `s3:` and the address of a bucket with its key. */
export const FilesUrl = (): PropertyDecorator =>
  ValidateBy({
    name: 'files',
    validator: {
      validate: (value) => isFilesUrl(String(value)),
      defaultMessage: () =>
        'must be file: and the path of a folder, such as file:./data/files, or the address of a bucket with its key, such as s3://KEY:SECRET@s3.example.com/carillon',
    },
  });

function isFilesUrl(text: string): boolean {
  if (text.startsWith('file:')) return text.length > 'file:'.length;
  const { protocol = '', username, password, pathname } = URL.parse(text) ?? {};
  return (
    ['s3:', 's3+http:'].includes(protocol) && !!username && !!password && /^\/[^/]/.test(pathname!)
  );
}

/** The setting `trust proxy` of Express: `false`, a number of hops, or addresses and networks. */
export const TrustedProxies = (): PropertyDecorator => (target, key) => {
  Transform(({ value }) => (/^\d+$/.test(String(value)) ? Number(value) : value))(target, key);
  const defaultMessage = () =>
    'must be false, a number of hops, or addresses such as loopback or 10.0.0.0/8';
  ValidateBy({ name: 'trustProxy', validator: { validate: areProxies, defaultMessage } })(
    target,
    key,
  );
};

function areProxies(value: unknown): boolean {
  if (value === 'false' || typeof value === 'number') return true;
  try {
    proxyAddr.compile(String(value).split(/ *, */));
    return true;
  } catch {
    return false;
  }
}

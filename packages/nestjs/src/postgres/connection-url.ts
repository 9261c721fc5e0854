import { StartupError, withoutPassword } from '../engine/startup-error.js';

/** https://www.postgresql.org/docs/current/libpq-ssl.html, except `allow`, which tries without TLS first. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** The driver treats every `sslmode` except `disable` as `verify-full`, unless it is configured to behave like libpq. */
export function withLibpqTls(url: string, setting: string): string {
  const { searchParams } = parseUrl(url, setting);
  const mode = searchParams.get('sslmode');
  if (mode === null || searchParams.has('uselibpqcompat')) return url;
  const shown = `${setting} is "${withoutPassword(url)}": sslmode is "${mode}"`;
  if (!SSL_MODES.includes(mode))
    throw new StartupError(`${shown}; it must be one of ${SSL_MODES.join(', ')}.`);
  if (mode === 'verify-ca' && !searchParams.has('sslrootcert'))
    throw new StartupError(`${shown}, which needs sslrootcert, the file of the CA certificate.`);
  return `${url}&uselibpqcompat=true`;
}

/**
 * @param setting the name of the URL in error messages.
 * @throws StartupError the URL cannot be parsed, or has a user or password that is not percent-encoded and changes its
 *   meaning.
 */
export function parseUrl(text: string, setting: string): URL {
  // Like the driver: a URL without a host has the folder of a Unix socket in its query.
  const url = URL.parse(text) ?? URL.parse(text.replace('@/', '@localhost/'));
  refuseWrongPort(text, setting);
  const isWhole = url && url.hash === '' && !/@/.test(url.pathname + url.search);
  if (isWhole && isDecodable(url.username) && isDecodable(url.password)) return url;
  throw new StartupError(
    `${setting} is not a valid URL. Percent-encode special characters in the user name and password: %40 for @, %3A for :, ` +
      '%2F for /, %3F for ?, %23 for # and %25 for %.',
  );
}

/** Only what follows the last `@` is shown: before it may be a part of the password. */
function refuseWrongPort(text: string, setting: string): void {
  const port = /^[^/?#]*:(\d+)(?=[/?#]|$)/.exec(text.split(/@|:\/\//).at(-1)!)?.[1];
  if (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)) return;
  throw new StartupError(
    `${setting} has the port ${port}. It must be from 1 to 65535; PostgreSQL listens on 5432 by default.`,
  );
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

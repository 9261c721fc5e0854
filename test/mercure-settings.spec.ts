import { generateKeyPairSync } from 'node:crypto';
import { readConfig } from '../src/config.js';
import { parseForm } from '../src/mercure/hub/form-parameters.js';
import { HubSettings, isHubOn } from '../src/mercure/hub/settings.js';

const SECRET = 'x'.repeat(32);
const pem = (type: 'rsa' | 'ec') =>
  (type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  ).publicKey.export({ type: 'spki', format: 'pem' });

const settings = (environment: Record<string, string>) =>
  new HubSettings(readConfig({ ...environment }));

describe('the settings of the hub', () => {
  it.each([
    [{}, false],
    [{ MERCURE_PUBLISHER_JWT_ALG: 'HS256' }, false],
    [{ MERCURE_PUBLISHER_JWT_KEY: SECRET }, true],
    [{ MERCURE_SUBSCRIBER_JWT_KEY: SECRET }, true],
    [{ MERCURE_TRUSTED_ISSUERS: 'https://a.test' }, true],
    [{ MERCURE_EXTRA_DIRECTIVES: 'anonymous' }, true],
    [{ MERCURE_PUBLISHER_JWT_KEY: SECRET, FEATURES: 'mercure' }, true],
    [{ MERCURE_PUBLISHER_JWT_KEY: SECRET, FEATURES: 'users' }, false],
    [{ FEATURES: 'mercure' }, false],
  ])('turn it on: %j', (environment, isOn) => {
    expect(isHubOn(readConfig(environment))).toBe(isOn);
  });

  it.each([
    ['HS256', SECRET],
    ['RS256', pem('rsa')],
    ['ES256', pem('ec')],
    ['ES256', pem('ec').replaceAll('\n', String.raw`\n`)],
  ])('take a key for %s', (algorithm, key) => {
    const { keys } = settings({
      MERCURE_PUBLISHER_JWT_KEY: key,
      MERCURE_PUBLISHER_JWT_ALG: algorithm,
    });
    expect(keys.publisher?.algorithm).toBe(algorithm);
    expect(keys.subscriber).toBeUndefined();
  });

  it.each([
    ['HS256', 'short', /at least 32 bytes/],
    ['HS256', pem('rsa'), /PEM key needs an asymmetric algorithm/],
    ['RS256', SECRET, /needs a public key as PEM/],
    ['RS256', pem('ec'), /of type prime256v1, which RS256 cannot use/],
    ['ES384', pem('ec'), /cannot use/],
    ['RS256', '-----BEGIN PUBLIC KEY-----\nx', /cannot be read as PEM/],
    ['none', SECRET, /must be one of HS256/],
  ])('refuse a key for %s that does not fit, without showing it', (algorithm, key, message) => {
    const open = () =>
      settings({ MERCURE_SUBSCRIBER_JWT_KEY: key, MERCURE_SUBSCRIBER_JWT_ALG: algorithm });
    expect(open).toThrow(message);
    expect(open).toThrow(/^MERCURE_SUBSCRIBER_JWT_KEY and MERCURE_SUBSCRIBER_JWT_ALG/);
    expect(open).not.toThrow(key);
  });

  it.each([
    ['cors_origins https://a.test', /Use CORS_ORIGINS/],
    ['transport local', /EVENTS_RETENTION_AGE/],
    ['playground', /playground is unknown. There are: anonymous/],
    ['anonymous yes', /takes no value/],
    ['cookie_name', /followed by the name of a cookie/],
    ['cookie_name a;b', /followed by the name of a cookie/],
    ['protocol_version_compatibility 9', /7 or 8/],
    ['resource_identifier hub', /followed by a URI/],
  ])('refuse the directive %s', (directive, message) => {
    expect(() => settings({ MERCURE_EXTRA_DIRECTIVES: `anonymous\n${directive}` })).toThrow(
      message,
    );
  });

  it('read directives between blank lines and comments', () => {
    const { directives, cookies } = settings({
      MERCURE_EXTRA_DIRECTIVES: '\n# for browsers\n  anonymous \ncookie_name own\n',
    });
    expect(directives).toMatchObject({ anonymous: true, subscriptions: false });
    expect(cookies).toEqual(['own']);
  });

  it.each([
    ['keys alone', '', '', true, undefined, []],
    [
      'keys and issuers',
      'https://a.test, https://b.test',
      '',
      false,
      'https://a.test',
      ['https://b.test'],
    ],
    [
      'the wish for compatibility',
      'https://a.test',
      'protocol_version_compatibility 8',
      true,
      'https://a.test',
      [],
    ],
  ])(
    'are strict or not: %s',
    (_, issuers, directive, isCompatible, ownIssuer, authorizationServers) => {
      const found = settings({
        MERCURE_PUBLISHER_JWT_KEY: SECRET,
        MERCURE_TRUSTED_ISSUERS: issuers,
        MERCURE_EXTRA_DIRECTIVES: directive,
      });
      expect(found).toMatchObject({ isCompatible, ownIssuer, authorizationServers });
    },
  );

  it('refuse to fetch keys without TLS', () => {
    expect(() => settings({ MERCURE_TRUSTED_ISSUERS: 'http://a.test' })).toThrow(/https URL/);
  });

  it('derive the audience from the URLs of the service', () => {
    const { resourceIdentifiers, url } = settings({
      MERCURE_PUBLISHER_JWT_KEY: SECRET,
      PUBLIC_URL: 'https://a.test https://b.test',
    });
    expect(url).toBe('https://a.test/.well-known/mercure');
    expect(resourceIdentifiers).toEqual([
      'https://a.test/.well-known/mercure',
      'https://b.test/.well-known/mercure',
    ]);
  });
});

describe('a form', () => {
  it.each([
    [
      'a=1&b=2&a=3',
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    [
      'a&b=&=c&&',
      [
        ['a', ''],
        ['b', ''],
        ['', 'c'],
      ],
    ],
    ['a=x+y%2B%3d=;', [['a', 'x y+==;']]],
    ['a=%E2%82%AC%zz%', [['a', '€%zz%']]],
    ['a=%EF%BB%BFb', [['a', '\ufeffb']]],
  ])('is read as the URL Standard says: %s', (text, expected) => {
    expect(parseForm(text)).toEqual(expected);
    expect([...new URLSearchParams(text)]).toEqual(expected);
  });

  it.each(['a=%ff', '%c3=1', 'a=\xff'])('is refused unless it is UTF-8: %s', (text) => {
    expect(() => parseForm(text)).toThrow(RangeError);
  });
});

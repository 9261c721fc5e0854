import { createPublicKey, type KeyObject } from 'node:crypto';

/** The shortest shared secret in bytes (RFC 7518, 3.2). */
const MIN_SECRET = 32;

/** The type of key that each algorithm needs; for ECDSA, the curve. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  HS256: 'secret',
  HS384: 'secret',
  HS512: 'secret',
  RS256: 'rsa',
  RS384: 'rsa',
  RS512: 'rsa',
  PS256: 'rsa',
  PS384: 'rsa',
  PS512: 'rsa',
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
  EdDSA: 'ed25519',
};

/** A key that the operator has set, with the only algorithm that it is used for. */
export interface StaticKey {
  readonly algorithm: string;
  readonly key: KeyObject | Uint8Array;
}

/**
 * @param text a shared secret, or a public key as PEM. In PEM, `\n` may stand for a line break.
 * @throws RangeError the key or the algorithm cannot be used. The message says why, and does not contain the key.
 */
export function staticKeyOf(text: string, algorithm: string): StaticKey {
  const needed = ALGORITHMS[algorithm];
  if (!needed)
    throw new RangeError(`the algorithm must be one of ${Object.keys(ALGORITHMS).join(', ')}`);
  const isPem = text.includes('-----BEGIN ');
  // With HMAC, the public key would be the secret, and everyone could sign tokens.
  if ((needed === 'secret') === isPem)
    throw new RangeError(
      isPem
        ? `a PEM key needs an asymmetric algorithm, and the algorithm is ${algorithm}`
        : `${algorithm} needs a public key as PEM`,
    );
  return { algorithm, key: isPem ? publicKey(text, algorithm) : secret(text) };
}

function secret(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length >= MIN_SECRET) return bytes;
  throw new RangeError(`a shared secret must have at least ${MIN_SECRET} bytes`);
}

function publicKey(text: string, algorithm: string): KeyObject {
  const key = parsed(text.replaceAll(String.raw`\n`, '\n'));
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const found = type === 'ec' ? details?.namedCurve : type;
  if (found === ALGORITHMS[algorithm]) return key;
  throw new RangeError(`the key is of type ${found ?? 'unknown'}, which ${algorithm} cannot use`);
}

function parsed(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new RangeError('the key cannot be read as PEM');
  }
}

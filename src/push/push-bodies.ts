import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { createECDH } from 'node:crypto';
import { TextField } from '../http/text-fields.js';
import { lengthMistake, type TextMistake } from '../http/text.js';

/** UTF-16 code units. The longest known ones have about 700. */
const MAX_ENDPOINT = 1024;
/** Base64url characters of an uncompressed point of P-256, and of 16 bytes. */
const P256DH_LENGTH = 87;
const AUTH_LENGTH = 22;
const BASE64URL = '^[A-Za-z0-9_-]+$';

function p256dhMistake(text: string): string | undefined {
  const mistake = 'must be a public key of the curve P-256 in base64url';
  const key = Buffer.from(text, 'base64url');
  if (text.length !== P256DH_LENGTH || key.toString('base64url') !== text) return mistake;
  try {
    const own = createECDH('prime256v1');
    own.generateKeys();
    own.computeSecret(key);
    return undefined;
  } catch {
    return mistake;
  }
}

function authMistake(text: string): string | undefined {
  const isValid =
    text.length === AUTH_LENGTH && Buffer.from(text, 'base64url').toString('base64url') === text;
  return isValid ? undefined : 'must be 16 bytes in base64url';
}

const endpointMistake = (text: string): TextMistake | undefined =>
  lengthMistake(text, MAX_ENDPOINT, 1);

@ApiSchema({
  description: 'A push subscription of the browser, with values of its `PushSubscription`.',
})
export class PushSubscriptionBody {
  @ApiProperty({
    format: 'uri',
    minLength: 1,
    maxLength: MAX_ENDPOINT,
    description: 'The `endpoint`: an https URL of the push service of the browser.',
    example: 'https://push.example.net/send/dGhpcyBpcyBhbiBleGFtcGxl',
  })
  @TextField(MAX_ENDPOINT, { mistake: endpointMistake })
  readonly endpoint!: string;

  @ApiProperty({
    minLength: P256DH_LENGTH,
    maxLength: P256DH_LENGTH,
    pattern: BASE64URL,
    description: 'The key `p256dh` in base64url: the public key of the browser.',
    example:
      'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  })
  @TextField(P256DH_LENGTH, { mistake: p256dhMistake })
  readonly p256dh!: string;

  @ApiProperty({
    minLength: AUTH_LENGTH,
    maxLength: AUTH_LENGTH,
    pattern: BASE64URL,
    description: 'The key `auth` in base64url: a secret of the browser.',
    example: 'BTBZMqHH6r4Tts7J_aSIgg',
  })
  @TextField(AUTH_LENGTH, { mistake: authMistake })
  readonly auth!: string;
}

@ApiSchema({ description: 'The key with which this service identifies itself to push services.' })
export class PushKey {
  @ApiProperty({
    minLength: P256DH_LENGTH,
    maxLength: P256DH_LENGTH,
    pattern: BASE64URL,
    description: 'The `applicationServerKey` for `PushManager.subscribe`, in base64url.',
    example:
      'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
  })
  readonly publicKey!: string;
}

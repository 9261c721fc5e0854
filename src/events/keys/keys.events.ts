import { type DomainEvent, type LoggedEvent } from '@carillon/nestjs';
import { describeEvent } from '@carillon/nestjs/internal';
import { Key } from './key.js';

/** The topic of the events of keys. No subscriber receives it. */
export const KEYS = 'keys';

export class KeyCreated implements DomainEvent<Key> {
  static readonly type = 'key.created';
  readonly type = KeyCreated.type;
  readonly topic = KEYS;

  constructor(readonly data: Key) {}
}

export class RevokedKey {
  readonly id!: string;
}

/** A key was revoked. Its streams end. */
export class KeyRevoked implements DomainEvent<RevokedKey> {
  static readonly type = 'key.revoked';
  readonly type = KeyRevoked.type;
  readonly topic = KEYS;

  constructor(readonly data: RevokedKey) {}
}

/** The id of the key that an event revokes. */
export const revokedBy = ({ topic, type, data }: LoggedEvent): string | undefined =>
  topic === KEYS && type === KeyRevoked.type
    ? (JSON.parse(data) as KeyRevoked['data']).id
    : undefined;

export const KEY_EVENTS = [
  describeEvent(KeyCreated, Key, 'An operator created a key.'),
  describeEvent(KeyRevoked, RevokedKey, 'An operator revoked a key. Its streams end.'),
];

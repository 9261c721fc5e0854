import { hash, randomBytes } from 'node:crypto';

/** Identifies keys to secret scanners, and distinguishes them from other bearer tokens. */
const PREFIX = 'ck_';

/** The credential of a program, as the database has it. The key itself is not stored. */
export class Key {
  readonly id!: string;
  /** Chosen by the operator; unique. */
  readonly name!: string;
  /** The patterns of the topics on which the program may publish. */
  readonly publish!: readonly string[];
  /** The patterns of the topics of which the program receives private events. */
  readonly subscribe!: readonly string[];
  /** Whether the program may send notifications to users. */
  readonly notify!: boolean;
  readonly createdAt!: string;
  /** `null` if the key does not expire. */
  readonly expiresAt!: string | null;
  /** Accurate to about a minute; `null` if the key was never used. */
  readonly lastUsedAt!: string | null;
}

/** A secret of 256 random bits, which authenticates its bearer. */
export const newSecret = (): string => PREFIX + randomBytes(32).toString('base64url');

export const isKeySecret = (token: string): boolean => token.startsWith(PREFIX);

/** The stored digest of a secret. Secrets are random, so they need neither salt nor a slow hash. */
export const digestOf = (secret: string): string => hash('sha256', secret, 'base64url');

/** The program with a key, as a caller: in limits, in the log, and for the end of its streams. */
export const callerIdOf = (keyId: string): string => `key/${keyId}`;

/** Whether a caller is a program with a key. */
export const isKeyCallerId = (callerId: string): boolean => callerId.startsWith(callerIdOf(''));

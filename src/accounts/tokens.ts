import { hash, randomBytes } from 'node:crypto';

/** Distinguishes our tokens from those of an external issuer, and identifies them to secret scanners. */
const PREFIX = 'carillon_';

/** An opaque token of 256 random bits, which authenticates its bearer. */
export const newToken = (): string => PREFIX + randomBytes(32).toString('base64url');

export const isOwnToken = (token: string): boolean => token.startsWith(PREFIX);

/** The stored digest of a token. Tokens are random, so they need neither salt nor a slow hash. */
export const hashOf = (token: string): string => hash('sha256', token, 'base64url');

import { hash, randomBytes } from 'node:crypto';

/** Tells our tokens from those of another issuer, and a secret scanner what it has found. */
const PREFIX = 'carillon_';

/** An opaque token of 256 random bits: whoever has it is signed in. */
export const newToken = (): string => PREFIX + randomBytes(32).toString('base64url');

export const isOwnToken = (token: string): boolean => token.startsWith(PREFIX);

/** What is stored of a token. It is random, so a plain digest is enough. */
export const hashOf = (token: string): string => hash('sha256', token, 'base64url');

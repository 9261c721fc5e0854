import { randomBytes } from 'node:crypto';

/** Generates eight hex digits that distinguish one history of the log from another. */
export const newEpoch = (): string => randomBytes(4).toString('hex');

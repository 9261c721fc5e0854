import { randomBytes } from 'node:crypto';

/** Eight hex digits that tell one history of the log from another. */
export const newEpoch = (): string => randomBytes(4).toString('hex');

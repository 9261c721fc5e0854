import { Problem } from './problems.js';

export const keyInProgress = (): Problem =>
  new Problem(
    'request-in-progress',
    'The first request with this Idempotency-Key is still being carried out. Repeat it a little later.',
    { headers: { 'Retry-After': '1' } },
  );

export const keyReused = (): Problem =>
  new Problem(
    'idempotency-key-reused',
    'This Idempotency-Key came with another body before. Use a new key for a new request.',
  );

import { Problem } from './problems.js';

export const keyInProgress = (): Problem =>
  new Problem(
    'request-in-progress',
    'The first request with this Idempotency-Key is still in progress. Repeat yours in a moment.',
    { headers: { 'Retry-After': '1' } },
  );

export const keyReused = (): Problem =>
  new Problem(
    'idempotency-key-reused',
    'This Idempotency-Key was used earlier with another body. Use a new key for a new request.',
  );

/**
 * Milliseconds before the next attempt: `delay` after the first failure, doubled after each further
 * failure, up to `maxDelay`. A random part of up to half is subtracted, so that what failed together does not retry
 * together.
 */
export function backoff(failures: number, delay: number, maxDelay: number): number {
  const longest = Math.min(delay * 2 ** (failures - 1), maxDelay);
  return longest * (1 - Math.random() / 2);
}

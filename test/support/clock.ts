import { jest } from '@jest/globals';

/** Sets the monotonic clock of the test's process ahead by so many milliseconds while something runs. */
export async function withClockAhead<T>(milliseconds: number, run: () => Promise<T>): Promise<T> {
  const now = performance.now.bind(performance);
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds);
  try {
    return await run();
  } finally {
    clock.mockRestore();
  }
}

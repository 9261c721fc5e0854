import type { FollowError } from './errors.js';
import type { FollowOptions, Recovery } from './options.js';

/** What the application wants to change after an error; `undefined` if it wants to stop. */
export async function recoveryFrom(
  error: FollowError,
  onError: FollowOptions['onError'],
): Promise<Recovery | undefined> {
  try {
    return (await onError?.(error)) ?? undefined;
  } catch (thrown) {
    console.error('onError threw', thrown);
    return undefined;
  }
}

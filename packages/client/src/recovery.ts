import { checkOptions } from './check-options.js';
import type { FollowError } from './errors.js';
import type { FollowOptions, Recovery } from './options.js';

/** What the application wants to change after an error; `undefined` if it wants to stop. */
export async function recoveryFrom(
  error: FollowError,
  onError: FollowOptions['onError'],
): Promise<Recovery | undefined> {
  try {
    const recovery = await onError?.(error);
    if (!recovery) return undefined;
    checkOptions(recovery);
    const changes = Object.entries(recovery).filter(([, value]) => value !== undefined);
    return Object.fromEntries(changes);
  } catch (thrown) {
    console.error('onError threw', thrown);
    return undefined;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

type Condition = () => boolean | Promise<boolean>;

/** Milliseconds between two looks. */
const LOOK = 10;

/**
 * Waits for a state.
 *
 * @throws Error the condition, when it does not hold within so many seconds.
 */
export async function until(condition: Condition, seconds = 20): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`Not within ${seconds} s: ${condition.toString()}`);
    await sleep(LOOK);
  }
}

/**
 * Watches a state that must not change, for what would happen late if it happened at all.
 *
 * @throws Error the condition, as soon as it does not hold.
 */
export async function throughout(milliseconds: number, condition: Condition): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    if (!(await condition())) throw new Error(`No longer: ${condition.toString()}`);
    await sleep(LOOK);
  }
}

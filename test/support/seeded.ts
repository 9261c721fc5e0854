import { randomInt } from 'node:crypto';

/** Chance that can be had again: the seed is printed, and `TEST_SEED` takes one. */
export function seeded(seed = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31))) {
  process.stdout.write(`${expect.getState().currentTestName}: TEST_SEED=${seed}\n`);
  let state = seed;
  /** Uniform on [0, 1). Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    chance: (probability: number): boolean => random() < probability,
    pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!,
  };
}

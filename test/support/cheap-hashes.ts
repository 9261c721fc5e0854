import { jest } from '@jest/globals';
import { argon2Sync } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { HashThreads } from '../../src/accounts/hash-threads.js';

/** What a process of the tests runs with: argon2id with the smallest parameters. */
export const CHEAP_HASHES = {
  NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'cheap-argon2.mjs')).href}`,
};

/** The same for applications inside the test's process, unless the spec has already asked for slow hashes. */
export function useCheapHashesByDefault(): void {
  const derive: unknown = Reflect.get(HashThreads.prototype, 'derive');
  if (!jest.isMockFunction(derive)) useCheapHashes();
}

/**
 * Each hash takes this many milliseconds, but no CPU time, so that a queue of hashes fills up as it does with the real
 * parameters.
 */
export function useCheapHashes(milliseconds = 0): void {
  jest.spyOn(HashThreads.prototype, 'derive').mockImplementation(async (input) => {
    await sleep(milliseconds);
    return argon2Sync('argon2id', { ...input, memory: 8, passes: 1 });
  });
}

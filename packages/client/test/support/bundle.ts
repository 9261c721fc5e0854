import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = join(import.meta.dirname, 'bundler.mjs');

/**
 * Bundles a module for browsers, minified, as a script whose exports are the global `bundle`. In a process of its
 * own, since the bundler does not take the objects of jest's realm for objects.
 */
export async function bundle(code: string, external: readonly string[] = []): Promise<string> {
  const parameters = [SCRIPT, code, ...external];
  const { stdout } = await promisify(execFile)(process.execPath, parameters, {
    maxBuffer: 2 ** 24,
  });
  return stdout;
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const KEY = join(import.meta.dirname, '..', '..', 'dist', 'key.js');

/** Runs `npm run key` in a folder, as `npm run build` made it. */
export function keyCommand(
  folder: string,
  environment: Record<string, string>,
  ...args: string[]
): Promise<{ stdout: string; stderr: string }> {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, ...environment };
  return promisify(execFile)(process.execPath, [KEY, ...args], { cwd: folder, env });
}

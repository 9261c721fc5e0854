import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const BUNDLER = join(import.meta.dirname, 'bundle-program.mjs');
/** Not a temporary folder: packages that are not bundled are found from here. */
const BUNDLES = join(import.meta.dirname, '../../../../node_modules/.cache/carillon-programs');

/**
 * A program of this folder, bundled to run as it is written. Compiling it at each start would take more CPU time than all
 * else that a test does with it.
 *
 * @param program its file in this folder, without the extension.
 * @param others the files of the processes that it starts.
 */
export async function bundledProgram(program: string, ...others: string[]): Promise<string> {
  const folder = join(BUNDLES, program);
  const parameters = [BUNDLER, folder, program, ...others];
  await promisify(execFile)(process.execPath, parameters, { timeout: 30_000 });
  return join(folder, `${program}.js`);
}

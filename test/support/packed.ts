import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const MODULES = join(ROOT, 'node_modules');
const CHECK = join(import.meta.dirname, 'check-package.mjs');

/** ESM only: `require()`, and resolution that ignores `exports`, are not supported. */
const UNSUPPORTED = ['node10', 'node16-cjs'];

export interface PackedPackage {
  readonly tarball: string;
  /** The paths in it. */
  readonly files: readonly string[];
}

/** Packs a package of this repository as `npm publish` does. It has to be built. */
export async function pack(name: string, folder: string): Promise<PackedPackage> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(ROOT, 'packages', name),
  });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return {
    tarball: join(folder, packed.filename),
    files: packed.files.map(({ path }) => path),
  };
}

/** What publint and Are the types wrong? find in a tarball. */
export async function mistakesIn(tarball: string): Promise<unknown[]> {
  const { stdout } = await run(process.execPath, [CHECK, tarball]);
  const { publint, types } = JSON.parse(stdout) as {
    publint: string[];
    types: [string, string, string][];
  };
  return [...publint, ...types.filter(([, , resolution]) => !UNSUPPORTED.includes(resolution))];
}

/**
 * Installs a tarball into the node_modules of a folder outside the repository. All other packages are links to those of the
 * repository, so nothing is downloaded.
 */
export async function install(name: string, tarball: string, folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const target = join(modules, '@carillon', name);
  mkdirSync(target, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', target]);
  for (const other of readdirSync(MODULES))
    if (other !== '@carillon' && !existsSync(join(modules, other)))
      symlinkSync(join(MODULES, other), join(modules, other));
}

/** Copies an application to a folder outside the repository, and installs the packages there. */
export async function installPacked(application: string, folder: string): Promise<void> {
  cpSync(join(ROOT, application), folder, { recursive: true });
  const names = ['nestjs', 'client'];
  const packed = await Promise.all(names.map((name) => pack(name, folder)));
  for (const [index, { tarball }] of packed.entries())
    await install(names[index]!, tarball, folder);
}

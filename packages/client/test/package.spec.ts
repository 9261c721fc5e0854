import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { temporaryFolder } from '../../../test/support/files.js';
import { mistakesIn, pack, type PackedPackage } from '../../../test/support/packed.js';
import { bundle } from './support/bundle.js';

const run = promisify(execFile);
const PACKAGE = join(import.meta.dirname, '..');
const README = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
const ROOT_README = readFileSync(join(PACKAGE, '../../README.md'), 'utf8');

const kilobytesIn = (text: string): number[] =>
  Array.from(text.matchAll(/([\d.]+) kB/g), ([, number]) => Number(number));
/** The row of the README: minified, gzip, brotli. */
const statedSizes = (name: string): number[] =>
  kilobytesIn(README.split('\n').find((line) => line.startsWith(`| \`${name}\``))!);

describe('the package, as npm packs it', () => {
  let folder: string;
  let packed: PackedPackage;

  beforeAll(async () => {
    folder = temporaryFolder();
    packed = await pack('client', folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('contains the compiled modules, their types and the sources, and no tests', () => {
    expect(packed.files).toEqual(
      expect.arrayContaining([
        'dist/index.js',
        'dist/index.d.ts',
        'dist/react.js',
        'src/index.ts',
        'README.md',
        'LICENSE',
      ]),
    );
    expect(packed.files.filter((file) => file.includes('test'))).toEqual([]);
  });

  it('resolves in Node, bundlers and TypeScript', async () => {
    expect(await mistakesIn(packed.tarball)).toEqual([]);
  });

  it('runs in Node without flags and without anything of a browser', async () => {
    const code = `
      import { follow } from '@carillon/client';
      const following = follow({ url: 'http://127.0.0.1:9/' });
      console.log(following.status.state);
      following.close();`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: PACKAGE,
    });
    expect(stdout).toBe('connecting\n');
  });
});

describe('the size of a bundle', () => {
  const measured = async (code: string) => {
    const text = await bundle(code, ['react']);
    return [
      Buffer.byteLength(text),
      gzipSync(text, { level: 9 }).length,
      brotliCompressSync(text).length,
    ] as const;
  };
  /** In bytes: minified, gzip, brotli. Raise a limit only for what it brings. */
  it.each([
    ['@carillon/client', [35_050, 12_300, 11_100]],
    ['@carillon/client/react', [37_800, 13_300, 12_000]],
  ] as const)('of %s is below its limit, and as the README says', async (name, limits) => {
    const sizes = await measured(`export * from '${name}';`);
    sizes.forEach((size, index) => expect(size).toBeLessThanOrEqual(limits[index]!));
    const stated = statedSizes(name);
    // To the next 0.1 kB, and a little more: bundlers differ from version to version.
    sizes.forEach((size, index) => expect(stated[index]! * 1_000 - size).toBeGreaterThan(-100));
  });

  it('with gzip is the same in the README of the repository', () => {
    const sentence = ROOT_README.split('\n').find((line) => line.includes(' kB with gzip'))!;
    const [, core] = statedSizes('@carillon/client');
    const [, react] = statedSizes('@carillon/client/react');
    expect(kilobytesIn(sentence)).toEqual([core, react]);
  });
});

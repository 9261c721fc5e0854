import { execFile } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../../test/support/files.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../..');
const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

const COMPILER_OPTIONS = {
  target: 'es2024',
  lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
  module: 'nodenext',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitReturns: true,
  skipLibCheck: true,
  // Finds syntax errors in JavaScript. Its values have no types to check.
  allowJs: true,
  jsx: 'react-jsx',
  types: ['node'],
  customConditions: ['@carillon/source'],
  noEmit: true,
};

/** The names that the code blocks use without declaring them. */
const NAMES = `
  import { follow, type FollowOptions } from '@carillon/client';
  declare const url: string;
  declare const cursor: string;
  declare const userId: string;
  declare const snapshot: () => Promise<string>;
  declare const on: NonNullable<FollowOptions['on']>;
  declare function signIn(): Promise<boolean>;
  declare function store(data: unknown, cursor: string | null): Promise<void>;
`;
const USER = 'interface User { readonly id: string; readonly firstname: string }\n';

const blocks = (language: string): string[] =>
  Array.from(
    README.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm')),
    ([, code]) => code!,
  );

/** Options that are `undefined`, for the compiler option `exactOptionalPropertyTypes`. */
const UNDEFINED = `
  import { follow, readJson, type FollowOptions } from '@carillon/client';
  import { useFollow, useLiveList } from '@carillon/client/react';
  type Optional<Options> = { [Name in keyof Options]?: Options[Name] | undefined };
  declare const options: Optional<FollowOptions>;
  declare const signal: AbortSignal | undefined;
  follow({ ...options, url: '/api/events', on: { update: undefined } });
  follow({ url: '/api/events', onError: () => ({ token: undefined, topic: undefined, cursor: undefined }) });
  useFollow({ ...options, url: '/api/events' });
  useLiveList<{ id: string }>({ url: '/', snapshot: '/', key: 'id', token: undefined, compare: undefined, insert: undefined });
  void readJson('/api/users', { signal, headers: undefined, timeout: undefined });
`;

function writeBlocks(folder: string): void {
  writeFileSync(join(folder, 'blocks.ts'), NAMES + blocks('ts').join('\n'));
  writeFileSync(join(folder, 'undefined.ts'), UNDEFINED);
  writeFileSync(join(folder, 'component.tsx'), USER + blocks('tsx').join('\n'));
  for (const [index, code] of blocks('js').entries())
    writeFileSync(join(folder, `block-${index}.js`), code);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const config = { compilerOptions: COMPILER_OPTIONS, include: ['*'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

describe('the README', () => {
  it('has code blocks that compile', async () => {
    expect(['ts', 'tsx', 'js'].map((language) => blocks(language).length)).not.toContain(0);
    const folder = temporaryFolder();
    writeBlocks(folder);
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', folder], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
    rmSync(folder, { recursive: true });
  });
});

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');

/** As the README asks for, and stricter than `nest new`: the declarations of the package are checked, too. */
const COMPILER_OPTIONS = {
  target: 'es2024',
  module: 'nodenext',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: false,
  types: ['node'],
  rootDir: 'src',
  outDir: 'dist',
};

/** The code blocks of the README in a language. */
const blocks = (language: string): string[] =>
  Array.from(
    README.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm')),
    ([, code]) => code!,
  );

/** The commands of the README. */
export const commands = (): string[] => blocks('sh').flatMap((block) => block.trim().split('\n'));

/** Writes each code block to the file that its first line names, and compiles all of them. */
export async function compileReadme(folder: string): Promise<string[]> {
  const files = blocks('ts').map((code) => ({ code, file: /^\/\/ (src\/\S+)\n/.exec(code)?.[1] }));
  for (const { code, file } of files) {
    if (!file) throw new Error(`A code block of the README names no file: ${code}`);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const config = { compilerOptions: COMPILER_OPTIONS, include: ['src'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = await run(process.execPath, ['node_modules/typescript/bin/tsc'], {
    cwd: folder,
  }).catch((error: { stdout: string }) => error);
  return stdout.split('\n').filter((line) => line !== '');
}

/** The compiled application of the README in a process of its own. */
export class ReadmeApplication {
  output = '';
  readonly #child: ChildProcess;

  constructor(
    private readonly folder: string,
    port: number,
  ) {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    this.#child = spawn(process.execPath, ['dist/main.js'], {
      cwd: this.folder,
      env: { PATH, NODE_COMPILE_CACHE, PORT: `${port}` },
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null;
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

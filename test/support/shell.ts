import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './browser.js';
import type { CarillonProcess } from './process.js';

const ROOT = join(import.meta.dirname, '..', '..');

export const documentAt = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The code blocks of a document, or of one of its sections, in a language. */
export function codeIn(document: string, language: string, section?: string): string[] {
  const text = section === undefined ? document : sectionOf(document, section);
  return [...text.matchAll(/^```(\S*)[^\n]*\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , lines]) => lines!);
}

/** The code block of a document that has the name of a file. */
export const fileIn = (document: string, name: string): string =>
  new RegExp(`^\`\`\`\\w+ ${name}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(document)![1]!;

const sectionOf = (document: string, heading: string): string =>
  new RegExp(`^## ${heading}\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(document)![1]!;

/** The variables that a line sets for a command, or that a file of settings sets. */
export const settingsIn = (lines: string): Record<string, string> =>
  Object.fromEntries(
    [...lines.matchAll(/^[\t ]*([A-Z_]+)=|\s([A-Z_]+)=/gm)].map(({ index, 0: found }) => {
      const [, quoted, plain = ''] = /^(?:['"]([^'"]*)['"]|(\S*))/.exec(
        lines.slice(index + found.length),
      )!;
      return [found.trim().slice(0, -1), quoted ?? plain];
    }),
  );

/** A shell into which lines are pasted, and what it shows. */
export class Shell {
  output = '';
  errors = '';
  readonly #process: ChildProcessWithoutNullStreams;

  constructor(options: { cwd?: string; env?: Record<string, string | undefined> } = {}) {
    this.#process = spawn('bash', options);
    this.#process.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#process.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
  }

  /** One whose `npm run key` manages the keys of a Carillon. */
  static beside({ folder }: CarillonProcess, environment: Record<string, string> = {}): Shell {
    const shell = new Shell({
      cwd: folder,
      env: { PATH: process.env['PATH'], SECURITY_LOG: 'off', ...environment },
    });
    // npm run -s key -- create …
    shell.paste(`npm() { "${process.execPath}" "${join(ROOT, 'dist')}/$3.js" "\${@:5}"; }`);
    return shell;
  }

  paste(lines: string): void {
    this.#process.stdin.write(`${lines}\n`);
  }

  /** Resolves when the text has been shown so many times. */
  shows(text: string, times = 1): Promise<void> {
    return eventually(async () => {
      if (this.output.split(text).length <= times)
        throw new Error(`${text} is not shown: ${this.output}${this.errors}`);
    });
  }

  /** Resolves when it has run all lines. */
  async end(): Promise<void> {
    const closed = once(this.#process, 'close');
    this.#process.stdin.end();
    await closed;
  }
}

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '../src/rooms/message.js';
import type { Membership } from '../src/rooms/room.js';
import { eventually } from './support/browser.js';
import { CarillonProcess } from './support/process.js';

const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

/** The lines of a section that are to be pasted into a shell, block by block. */
function commandsOf(section: string): string[] {
  const [, text] = new RegExp(`^## ${section}\n([\\s\\S]*?)(?=^## )`, 'm').exec(README)!;
  return [...text!.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, lines]) => lines!);
}

/** A shell into which lines are pasted, and what it shows. */
class Shell {
  output = '';
  errors = '';
  readonly #process: ChildProcessWithoutNullStreams = spawn('bash');

  constructor() {
    this.#process.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#process.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
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

describe('the README', () => {
  let carillon: CarillonProcess;

  beforeAll(async () => {
    carillon = await CarillonProcess.start();
  });
  afterAll(async () => {
    await carillon.kill();
    rmSync(carillon.folder, { recursive: true });
  });

  it('shows a conversation that goes as it says when its lines are pasted, over a kill -9', async () => {
    const blocks = commandsOf('Talk').map((lines) =>
      lines
        .replaceAll('localhost:8000', `127.0.0.1:${carillon.port}`)
        .replaceAll('/tmp/', `${carillon.folder}/`),
    );
    expect(blocks).toHaveLength(5);
    const [signIn, subscribe, post, resume, read] = blocks as [
      string,
      string,
      string,
      string,
      string,
    ];
    const shell = new Shell();
    shell.paste(signIn + subscribe);
    await shell.shows('retry: ');
    shell.paste(post);
    // In both responses and in the event.
    await shell.shows('"text":"Do you hear me, @bob?"', 3);
    await carillon.kill();
    carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
    shell.paste(resume);
    await shell.shows('"text":"Are you still there?"', 2);
    // The stream ends first, so that nothing it carries comes between.
    shell.paste(`kill $!; wait $!; echo "== read"\n${read}`);
    await shell.end();

    const [received, stored] = shell.output.split('== read') as [string, string];
    expect(received.match(/event: message\.posted\n/g)).toHaveLength(2);
    const messages = received.match(/\{"id":"[^"]+","roomId".*?"deletedAt":null\}/g)!;
    expect(messages).toHaveLength(5);
    expect(new Set(messages.slice(0, 3)).size).toBe(1);
    expect(new Set(messages).size).toBe(2);

    const [memberships, history] = stored
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown) as [Membership[], Message[]];
    expect(memberships[0]).toMatchObject({ room: { name: 'Belfry' }, unread: 2, mentions: 1 });
    expect(history.map(({ text }) => text)).toEqual([
      'Do you hear me, @bob?',
      'Are you still there?',
    ]);
  });
});

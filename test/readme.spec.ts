import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Message } from '../src/rooms/message.js';
import type { Membership } from '../src/rooms/room.js';
import { CarillonProcess } from './support/process.js';

const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

/** The lines of a section that are to be pasted into a shell, block by block. */
function commandsOf(section: string): string[] {
  const [, text] = new RegExp(`^## ${section}\n([\\s\\S]*?)(?=^## )`, 'm').exec(README)!;
  return [...text!.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, lines]) => lines!);
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

  it('shows a conversation that goes as it says when its lines are pasted', async () => {
    const blocks = commandsOf('Talk');
    expect(blocks).toHaveLength(4);
    const [signIn, listen, say, read] = blocks as [string, string, string, string];
    const script = [
      signIn,
      listen,
      'sleep 0.5',
      say,
      'sleep 0.5',
      'kill $!',
      'echo "== read"',
      read,
    ];
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      script.join('\n').replaceAll('localhost:8000', `127.0.0.1:${carillon.port}`),
    ]);
    const [heard, stored] = stdout.split('== read') as [string, string];
    // The stream tells it once, and both POSTs are answered with the same message.
    expect(heard.match(/event: message\.posted\n/g)).toHaveLength(1);
    const told = heard.match(/\{"id":"[^"]+","roomId".*?"deletedAt":null\}/g);
    expect(told).toHaveLength(3);
    expect(new Set(told).size).toBe(1);

    const [memberships, messages] = stored
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown) as [Membership[], Message[]];
    expect(memberships[0]).toMatchObject({ room: { name: 'Belfry' }, unread: 1, mentions: 1 });
    expect(messages.map(({ text }) => text)).toEqual(['Do you hear me, @bob?']);
  });
});

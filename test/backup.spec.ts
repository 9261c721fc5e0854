import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './support/files.js';
import { subscribe } from './support/raw-subscriber.js';
import { CarillonProcess } from './support/process.js';
import { createUser, listUsers } from './support/requests.js';

const DIST = join(import.meta.dirname, '..', 'dist');

describe('backup, restore and check', () => {
  let folder: string;
  let carillon: CarillonProcess;

  const command = async (name: string, ...args: string[]) => {
    try {
      return await promisify(execFile)(process.execPath, [join(DIST, `${name}.js`), ...args], {
        cwd: folder,
      });
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  };
  const path = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = temporaryFolder();
    carillon = await CarillonProcess.start({}, undefined, folder);
  });
  afterAll(async () => {
    await carillon.kill();
    rmSync(folder, { recursive: true });
  });

  it('resets subscribers after a restore following kill -9, and sends them the state of the backup', async () => {
    const { port, url } = carillon;
    const kept = await createUser(url, 'Kept');
    let writing = true;
    const writer = (async () => {
      while (writing) await createUser(url, 'Meanwhile');
    })();
    expect(await command('backup', 'backup.db')).toMatchObject({ stderr: '' });
    writing = false;
    await writer;
    expect(statSync(path('backup.db')).mode & 0o777).toBe(0o600);
    const later = await createUser(url, 'Later');
    const subscriber = await subscribe(port, '/api/users/event');
    await createUser(url, 'Last');
    await subscriber.receives(1, 'update');

    expect(await command('restore', 'backup.db')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is in use. Stop every process that uses it first') as string,
    });
    await carillon.kill();
    const { stdout, stderr } = await command('restore', 'backup.db');
    expect(stderr).toBe('');
    expect(stdout).toContain('each stream starts with a reset');
    carillon = await CarillonProcess.start({}, port, folder);
    const back = await subscribe(port, '/api/users/event', {
      headers: { 'Last-Event-ID': subscriber.cursor },
    });
    await back.receives(1, 'reset');
    const ids = (await listUsers(url)).map(({ id }) => id);
    expect(ids).toContain(kept.id);
    expect(ids).not.toContain(later.id);
    await createUser(url, 'Goes on');
    await back.receives(1, 'update');
    for (const { socket } of [subscriber, back]) socket.destroy();
  });

  it.each([
    ['the database itself', 'data/carillon.db', 'is a file of the database itself'],
    ['its write-ahead log', 'data/carillon.db-wal', 'is a file of the database itself'],
    [
      'its mark, by another path',
      'data/../data/carillon.db-mark',
      'is a file of the database itself',
    ],
    ['a file that exists', 'notes.txt', 'exists already'],
    ['a folder', 'data', 'exists already'],
    ['a file in a folder that is missing', 'missing/backup.db', 'does not exist'],
  ])('refuses to write a backup to %s', async (_, target, reason) => {
    writeFileSync(path('notes.txt'), 'kept');
    const before = statSync(path('data/carillon.db')).ino;
    const { stderr } = await command('backup', target);
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(reason)]);
    expect(readFileSync(path('notes.txt'), 'utf8')).toBe('kept');
    expect(statSync(path('data/carillon.db')).ino).toBe(before);
  });

  it('checks a database while it is in use, which no refused backup has damaged', async () => {
    expect(await command('check')).toMatchObject({
      stderr: '',
      stdout: expect.stringContaining('is not damaged') as string,
    });
  });

  describe('with no process running', () => {
    beforeAll(() => carillon.kill());

    it.each([
      ['is not there', () => undefined, 'does not exist'],
      [
        'is no database',
        (file: string) => writeFileSync(file, 'Dear reader, '.repeat(999)),
        'is not a SQLite database',
      ],
      ['is a folder', (file: string) => mkdirSync(file), 'does not exist'],
      [
        'is empty',
        (file: string) => writeFileSync(file, ''),
        'is empty or belongs to another program',
      ],
      [
        'is cut off',
        (file: string) => {
          copyFileSync(path('backup.db'), file);
          truncateSync(file, statSync(file).size / 2);
        },
        /damaged|cannot be read/,
      ],
    ])(
      'refuses to restore a backup that %s, and does not change the database',
      async (_, make, reason) => {
        const before = statSync(path('data/carillon.db')).ino;
        rmSync(path('wrong.db'), { recursive: true, force: true });
        make(path('wrong.db'));
        const { stderr } = await command('restore', 'wrong.db');
        expect(stderr).toMatch(reason);
        expect(stderr.trimEnd().split('\n')).toHaveLength(1);
        expect(statSync(path('data/carillon.db')).ino).toBe(before);
      },
    );

    it('starts on the database that no restore has changed', async () => {
      carillon = await CarillonProcess.start({}, carillon.port, folder);
      expect(await listUsers(carillon.url)).not.toEqual([]);
    });
  });
});

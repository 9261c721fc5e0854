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
import { temporaryFolder } from './support/application.js';
import { listen } from './support/listener.js';
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

  it('restores under subscribers after kill -9: they get a reset, and what the backup has', async () => {
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
    const listener = await listen(port, '/api/users/event');
    await createUser(url, 'Last');
    await listener.hears(1, 'update');

    expect(await command('restore', 'backup.db')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is in use: stop Carillon first') as string,
    });
    await carillon.kill();
    const { stdout, stderr } = await command('restore', 'backup.db');
    expect(stderr).toBe('');
    expect(stdout).toContain('each stream begins with a reset');
    carillon = await CarillonProcess.start({}, port, folder);
    const back = await listen(port, '/api/users/event', {
      headers: { 'Last-Event-ID': listener.cursor },
    });
    await back.hears(1, 'reset');
    const ids = (await listUsers(url)).map(({ id }) => id);
    expect(ids).toContain(kept.id);
    expect(ids).not.toContain(later.id);
    await createUser(url, 'Goes on');
    await back.hears(1, 'update');
    for (const { socket } of [listener, back]) socket.destroy();
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
    ['a file in a folder that is missing', 'missing/backup.db', 'There is no folder'],
  ])('does not back up onto %s', async (_, target, reason) => {
    writeFileSync(path('notes.txt'), 'kept');
    const before = statSync(path('data/carillon.db')).ino;
    const { stderr } = await command('backup', target);
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(reason)]);
    expect(readFileSync(path('notes.txt'), 'utf8')).toBe('kept');
    expect(statSync(path('data/carillon.db')).ino).toBe(before);
    expect(await command('check')).toMatchObject({ stderr: '' });
  });

  it('checks a database while it is in use', async () => {
    expect(await command('check')).toMatchObject({
      stdout: expect.stringContaining('is whole') as string,
    });
  });

  it.each([
    ['is not there', () => undefined, 'There is no file'],
    [
      'is no database',
      (file: string) => writeFileSync(file, 'Dear reader, '.repeat(999)),
      'is not a SQLite database',
    ],
    ['is a folder', (file: string) => mkdirSync(file), 'There is no file'],
    ['is empty', (file: string) => writeFileSync(file, ''), 'of another program, or an empty one'],
    [
      'is cut off',
      (file: string) => {
        copyFileSync(path('backup.db'), file);
        truncateSync(file, statSync(file).size / 2);
      },
      /damaged|cannot be read/,
    ],
  ])('refuses a backup that %s, and leaves the database as it was', async (_, make, reason) => {
    await carillon.kill();
    const before = statSync(path('data/carillon.db')).ino;
    rmSync(path('wrong.db'), { recursive: true, force: true });
    make(path('wrong.db'));
    const { stderr } = await command('restore', 'wrong.db');
    expect(stderr).toMatch(reason);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(statSync(path('data/carillon.db')).ino).toBe(before);
    carillon = await CarillonProcess.start({}, carillon.port, folder);
  });
});

import Sqlite from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from './support/files.js';
import { CarillonProcess } from './support/process.js';
import { createUser } from './support/requests.js';
import { until } from './support/wait.js';

const DIST = join(import.meta.dirname, '..', 'dist');

describe('commands that open the SQLite file of a running server', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'carillon.db');
  const environment = { DATABASE_URL: `sqlite:${path}` };
  let carillon: CarillonProcess;
  let database: Sqlite.Database;

  beforeAll(async () => {
    carillon = await CarillonProcess.start({ ...environment, WEB_CONCURRENCY: '2' });
    database = new Sqlite(path);
  });
  afterAll(async () => {
    database.close();
    await carillon.stop();
    for (const each of [folder, carillon.folder]) rmSync(each, { recursive: true });
  });

  const epoch = () => database.prepare('SELECT epoch FROM event_log').pluck().get() as string;
  /**
   * Truncates the WAL as the server does it, and leaves its mark as it is until the next commit. A checkpoint of the
   * server may be in the way.
   */
  const truncate = () =>
    until(() => {
      const [result] = database.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
      return result.busy === 0;
    });
  const run = async (name: string, ...args: string[]): Promise<string> => {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, ...environment };
    const child = spawn(process.execPath, [join(DIST, `${name}.js`), ...args], { env });
    child.stdin.end('a new sentence\n');
    return (await Promise.all([text(child.stdout), text(child.stderr)])).join('');
  };

  it.each([
    ['subscriptions', [], '{"name":"push","state":"running",'],
    ['replay', ['mailer', '--from', 'now'], 'There is no subscription "mailer".\n'],
    ['dead-letters', ['list', 'mailer'], 'mailer has no dead letters.\n'],
    ['set-password', ['nobody'], 'There is no account with the username nobody.\n'],
    ['scrub', [], 'The database files no longer contain deleted data.\n'],
    ['check', [], `${path} is not damaged. Its last event is `],
    ['backup', [join(folder, 'backup.db')], ''],
    [
      'restore',
      [join(folder, 'backup.db')],
      `${path} is in use. Stop every process that uses it first.\n`,
    ],
  ])('leave its epoch as it is: %s', async (name, args, output) => {
    const before = epoch();
    await createUser(carillon.url, 'John');
    await truncate();
    expect(await run(name, ...args)).toContain(output);
    expect(epoch()).toBe(before);
    await createUser(carillon.url, 'John');
  });
});

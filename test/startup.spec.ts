import { StartupError } from '@carillon/nestjs';
import Sqlite from 'better-sqlite3';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { Config, readConfig } from '../src/config.js';
import { refusedStart, startApplication } from './support/application.js';
import { temporaryFolder } from './support/files.js';
import { subscribe } from './support/raw-subscriber.js';
import { CarillonProcess, refusal as refusalOf } from './support/process.js';
import { createUser } from './support/requests.js';
import { throughout } from './support/wait.js';

describe('the start', () => {
  const folder = temporaryFolder();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const refusal = (environment: Record<string, string>, port?: number, cwd = folder) =>
    refusalOf(environment, cwd, port);
  const invalid = (environment: Record<string, string>): string => {
    try {
      readConfig(environment);
    } catch (error) {
      expect(error).toBeInstanceOf(StartupError);
      return (error as Error).message;
    }
    throw new Error('It is valid.');
  };

  it('exits with code 1, and one line for each invalid variable', async () => {
    const carillon = new CarillonProcess(0, folder, { HOST: 'a b', LOG_LEVEL: 'loud' });
    expect(await carillon.exited).toBe(1);
    expect(carillon.errors).toMatch(/^HOST is "a b": .*\nLOG_LEVEL is "loud": .*\n$/);
    expect(carillon.output).toBe('');
  });

  it.each([
    ['PORT', 'eighty', 'whole number from 0 to 65535'],
    ['PORT', '65536', 'whole number from 0 to 65535'],
    ['PORT', '1e3', 'whole number from 0 to 65535'],
    ['HOST', 'a b', 'such as 0.0.0.0'],
    ['DATABASE_URL', 'mysql://x', 'such as sqlite:./data/carillon.db'],
    ['DATABASE_URL', 'sqlite::memory:', 'the path of a file'],
    ['STREAM_HEARTBEAT', '15', 'such as 500ms, 15s, 10m or 7d'],
    ['STREAM_HEARTBEAT', '1ms', 'from 100ms'],
    ['EVENTS_RETENTION_AGE', 'forever', 'must be a duration'],
    ['EVENTS_RETENTION_COUNT', '0', 'whole number from 1'],
    ['RATE_LIMIT_PER_MINUTE', '-1', 'whole number from 0'],
    ['LOG_LEVEL', 'loud', 'fatal, error, warn, info'],
    ['TRUST_PROXY', 'everyone?', 'number of hops'],
    ['TRUST_PROXY', '10.0.0.0/99', 'number of hops'],
    ['STREAM_LIFETIME', 'never', 'must be a duration'],
    ['SESSION_IDLE', 'never', 'must be a duration'],
    ['CORS_ORIGINS', 'example.com', 'such as https://app.example.com'],
  ])(
    'fails if %s is "%s", with one line that contains the name, the value and what is valid',
    (name, value, right) => {
      const line = invalid({ [name]: value });
      expect(line).toMatch(new RegExp(`^${name} is ".*$`));
      expect(line).toContain(`"${value}"`);
      expect(line).toContain(right);
    },
  );

  it('fails if the issuer of tokens could be impersonated', () => {
    const environment = { AUTH_ISSUER: 'http://login.example.com/', AUTH_AUDIENCE: 'carillon' };
    expect(invalid(environment)).toMatch(/^AUTH_ISSUER is "http:.*https URL/);
  });

  it('fails if another program uses the port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await refusal({}, port)).toBe(
      `PORT is "${port}": another program listens on this port. Stop it, or set PORT to a free port.`,
    );
    server.close();
  });

  it('keeps the epoch after a process that did not shut down gracefully', async () => {
    const directory = join(folder, 'exited');
    mkdirSync(directory);
    const first = await CarillonProcess.start({ SHUTDOWN_DELAY: '5s' }, undefined, directory);
    await createUser(first.url, 'John');
    const cursor = (await fetch(`${first.url}/api/users`)).headers.get('last-event-id');
    first.signal('SIGTERM');
    await throughout(600, () => first.isRunning); // signals that come closer together are one order
    first.signal('SIGTERM');
    expect(await first.exited).toBe(143);
    await refusal({ HOST: 'no-such-host.invalid' }, undefined, directory);
    const second = await CarillonProcess.start({}, undefined, directory);
    expect(second.output).not.toContain('new epoch');
    expect((await fetch(`${second.url}/api/users`)).headers.get('last-event-id')).toBe(cursor);
    await second.kill();
  });

  it('fails if the machine does not have the address', async () => {
    const hosts = ['192.0.2.1', 'no-such-host.invalid'];
    const lines = hosts.map((HOST, n) =>
      refusal({ HOST, DATABASE_URL: `sqlite:${folder}/host-${n}.db` }),
    );
    for (const [n, line] of (await Promise.all(lines)).entries())
      expect(line).toContain(`HOST is "${hosts[n]}"`);
  });

  it('fails if a template grants topics of Carillon itself', async () => {
    for (const template of ['rooms/*', 'accounts/{id}'])
      expect(
        await refusedStart({
          DATABASE_URL: `sqlite:${folder}/grants.db`,
          TOPIC_GRANTS: `orders/{sub} ${template}`,
        }),
      ).toContain(`TOPIC_GRANTS has "${template}", which belongs to Carillon itself`);
  });

  it('fails if the folder of the database cannot be created or written', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await refusedStart({ DATABASE_URL: `sqlite:${folder}/file/carillon.db` })).toMatch(
      /^DATABASE_URL is "sqlite:.*\/file\/carillon\.db": .*is not a folder/,
    );
    // No process may write there, root included.
    for (const file of ['/proc/carillon.db', '/proc/folder/carillon.db'])
      expect(await refusedStart({ DATABASE_URL: `sqlite:${file}` })).toMatch(
        new RegExp(`^DATABASE_URL is "sqlite:${file}": .*folder that this process can write to`),
      );
    mkdirSync(join(folder, 'directory.db'));
    expect(await refusedStart({ DATABASE_URL: `sqlite:${folder}/directory.db` })).toContain(
      'cannot be opened',
    );
  });

  it('fails if the file is not a database, and does not change it', async () => {
    const path = join(folder, 'letter.txt');
    writeFileSync(path, 'Dear reader, this is not a database, it only ends up in the wrong place.');
    expect(await refusedStart({ DATABASE_URL: `sqlite:${path}` })).toContain(
      'is not a SQLite database',
    );
    expect(readFileSync(path, 'utf8')).toMatch(/^Dear reader/);
  });

  it('warns of database files that other users of the machine can read', async () => {
    const loose = temporaryFolder();
    mkdirSync(join(loose, 'data'), { mode: 0o755 });
    const database = new Sqlite(join(loose, 'data', 'carillon.db'));
    database.pragma('journal_mode = WAL');
    database.close();
    chmodSync(join(loose, 'data', 'carillon.db'), 0o644);
    const carillon = await CarillonProcess.start({}, undefined, loose);
    expect(carillon.output + carillon.errors).toMatch(/carillon\.db \(mode 644\). Run: chmod 600/);
    expect(carillon.output + carillon.errors).toMatch(/data \(mode 755\). Run: chmod 700/);
    await carillon.kill();
    rmSync(loose, { recursive: true });
  });

  it('fails if the database is newer than the program, and does not change it', async () => {
    const path = join(folder, 'newer.db');
    const environment = { DATABASE_URL: `sqlite:${path}` };
    const first = await startApplication(environment);
    await createUser(first.url, 'Early');
    await first.stop();
    const database = new Sqlite(path);
    database
      .prepare('INSERT INTO carillon_migrations (owner, name, applied_at) VALUES (?, ?, ?)')
      .run('users', 'from-the-future', new Date().toISOString());
    const line = await refusedStart(environment);
    expect(line).toContain('newer than this program');
    expect(line).toContain('users/from-the-future');
    database.prepare(`DELETE FROM carillon_migrations WHERE name = 'from-the-future'`).run();
    database.close();
    const again = await startApplication(environment);
    expect(await (await fetch(`${again.url}/api/users`)).json()).toHaveLength(1);
    await again.stop();
  });

  it('fails if the database belongs to another program, and does not change it', async () => {
    const path = join(folder, 'shop.db');
    const database = new Sqlite(path);
    database.exec('CREATE TABLE orders (id INTEGER)');
    expect(await refusedStart({ DATABASE_URL: `sqlite:${path}` })).toContain(
      'has the tables orders',
    );
    expect(database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(1);
    database.close();
  });

  it('fails if .env is not a file', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.env'));
    expect(await refusal({}, undefined, cwd)).toMatch(/^\.env cannot be read: /);
    rmSync(cwd, { recursive: true });
  });

  it.each(['2', 'loopback', '10.0.0.0/8, 192.0.2.1'])(
    'accepts %s as TRUST_PROXY',
    (TRUST_PROXY) => {
      expect(() => readConfig({ TRUST_PROXY })).not.toThrow();
    },
  );

  it('creates the folder of the database and reads .env, over which the environment takes precedence', async () => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, '.env'),
      'DATABASE_URL=sqlite:./deep/er/my.db\nLOG_LEVEL=debug\nPORT=1\n',
    );
    const carillon = await CarillonProcess.start({ LOG_LEVEL: 'info' }, undefined, cwd);
    expect(existsSync(join(cwd, 'deep', 'er', 'my.db'))).toBe(true);
    await carillon.stop();
    rmSync(cwd, { recursive: true });
  });

  it('logs its URL, and requests by id without personal data', async () => {
    const carillon = await CarillonProcess.start();
    expect(carillon.output).toContain(`Listening at http://127.0.0.1:${carillon.port}`);
    await fetch(`${carillon.url}/api/users?q=personal`);
    await fetch(`${carillon.url}/api/users`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'find-me' },
      body: '{"firstname":"Personal","lastname":"Data"}',
    });
    const stream = await subscribe(carillon.port, '/api/users/event');
    await stream.close();
    await carillon.stop();
    expect(carillon.output).toContain('"msg":"stream opened"');
    expect(carillon.output).not.toContain('aborted');
    const lines = carillon.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toContainEqual(
      expect.objectContaining({
        req: { id: 'find-me', method: 'POST', path: '/api/users' },
        res: { statusCode: 201 },
      }),
    );
    expect(carillon.output).not.toMatch(/personal|"data|127\.0\.0\.1[^:]/i);
    rmSync(carillon.folder, { recursive: true });
  });

  it('matches .env.example for every variable', () => {
    const example = readFileSync('.env.example', 'utf8');
    const named = [...example.matchAll(/^# ?([A-Z_]+)=(.*)$/gm)];
    expect(named.map(([, name]) => name).toSorted()).toEqual(Object.keys(new Config()).toSorted());
    const environment = Object.fromEntries(named.map(([, name, value]) => [name!, value!]));
    expect(readConfig(environment)).toEqual(readConfig({}));
  });
});

import { Database, StartupError } from '@carillon/nestjs';
import { rmSync } from 'node:fs';
import { keyCommandOf } from '../src/events/keys/key-command.js';
import { KeysRepository } from '../src/events/keys/keys.repository.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { temporaryFolder } from './support/files.js';
import { keyCommand } from './support/key-command.js';
import { addKey, keysOf } from './support/keys.js';
import { RawSubscriber, subscribe } from './support/raw-subscriber.js';
import { createUser, problemOf } from './support/requests.js';
import { until } from './support/wait.js';

describe.each(ENGINES)('keys, with two nodes on $name', ({ name, start }) => {
  const folder = temporaryFolder();
  let engine: EngineUnderTest;
  let url: string;
  let nodes: RunningApplication[];
  let application: RunningApplication;
  let shop: { stdout: string; secret: string; bearer: { Authorization: string } };

  beforeAll(async () => {
    engine = await start();
    url = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: url });
    nodes = [application, await startApplication({ DATABASE_URL: url })];
    const grants = ['--publish=orders/*', '--subscribe=*', '--subscribe=orders/*', '--notify'];
    const { stdout } = await command('create', 'shop', ...grants, '--expires=90d');
    const secret = stdout.trim();
    shop = { stdout, secret, bearer: { Authorization: `Bearer ${secret}` } };
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    await engine.stop();
    rmSync(folder, { recursive: true });
  });

  const command = async (...args: string[]) => {
    try {
      return await keyCommand(folder, { DATABASE_URL: url }, ...args);
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  };
  // What the command reads and prints is the same with either engine.
  const onSqlite = name === 'SQLite' ? it : it.skip;

  it('are printed alone when they are created, and stored as a digest', async () => {
    expect(shop.stdout).toMatch(/^ck_[\w-]{43}\n$/);
    expect(await engine.filesWith(shop.secret)).toEqual([]);
  });

  onSqlite('are listed with what they grant and when they expire', async () => {
    const { stdout, stderr } = await command('list');
    expect(stderr).toBe('');
    const [listed, ...rest] = stdout.trim().split('\n');
    expect(rest).toEqual([]);
    const key = JSON.parse(listed!) as { createdAt: string; expiresAt: string };
    expect(key).toEqual({
      id: expect.any(String),
      name: 'shop',
      publish: ['orders/*'],
      subscribe: ['*', 'orders/*'],
      notify: true,
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
      lastUsedAt: null,
    });
    const days = (Date.parse(key.expiresAt) - Date.parse(key.createdAt)) / 86_400_000;
    expect(Math.round(days)).toBe(90);
  });

  onSqlite('get an error in one line and exit code 1 when a command is wrong', async () => {
    const { code, stdout, stderr } = (await command('create', 'shop', '--notify')) as Record<
      string,
      unknown
    >;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^There is already a key with the name shop\. .*\n$/);
  });

  it('lose everything on every node when they are revoked, at one place in the order', async () => {
    const { bearer } = shop;
    const streams = await Promise.all(
      nodes.map(({ port }) => subscribe(port, '/api/events', { headers: bearer })),
    );
    await createUser(nodes[0]!.url, 'Before');
    for (const stream of streams) await stream.receives(1, 'user.created');

    expect((await command('revoke', 'shop')).stdout).toContain('Revoked the key shop');
    await createUser(nodes[1]!.url, 'After');

    for (const stream of streams) await stream.until(({ ended }) => ended);
    for (const { events } of streams)
      expect(events.map(({ data }) => (data as { firstname: string }).firstname)).toEqual([
        'Before',
      ]);
    for (const node of nodes) {
      const refused = await fetch(`${node.url}/api/events`, { headers: bearer });
      expect(refused.status).toBe(401);
      expect(await problemOf(refused)).toMatchObject({
        detail: 'The key is unknown, expired or revoked.',
      });
    }
  });

  it('are refused when they expire, and their streams end then', async () => {
    const expiresAt = new Date(Date.now() + 700).toISOString();
    const { bearer } = await addKey(application, { subscribe: ['*'], expiresAt });
    const stream = await subscribe(application.port, '/api/events', { headers: bearer });
    await stream.until(({ ended }) => ended);
    const refused = await fetch(`${application.url}/api/events`, { headers: bearer });
    expect(refused.status).toBe(401);
  });

  it('show when they were last used', async () => {
    const { bearer, name } = await addKey(application, { subscribe: ['*'] });
    const { read } = application.app.get(Database, { strict: false });
    const lastUse = async () => {
      const keys = await application.app.get(KeysRepository, { strict: false }).all(read);
      return keys.find((key) => key.name === name)!.lastUsedAt;
    };
    expect(await lastUse()).toBeNull();
    await (await subscribe(application.port, '/api/events', { headers: bearer })).close();
    await until(async () => (await lastUse()) !== null);
  });

  it('are not revoked under a name that no key has', async () => {
    await expect(keysOf(application).revoke('nobody')).rejects.toThrow(
      'There is no key with the name nobody',
    );
  });

  it('give no access to the topics of signed-in users', async () => {
    const { bearer } = await addKey(application, { subscribe: ['*'] });
    for (const topic of ['rooms', 'keys', 'accounts']) {
      const refused = new RawSubscriber(application.port, `/api/events?topic=${topic}`, {
        headers: bearer,
      });
      await refused.until(({ head }) => head !== '');
      expect([topic, refused.head.split('\r\n', 1)[0]]).toEqual([topic, 'HTTP/1.1 404 Not Found']);
      refused.socket.destroy();
    }
  });

  it('end a stream that was being opened when they were revoked', async () => {
    const { bearer, name } = await addKey(application, { subscribe: ['*'] });
    const opening = new RawSubscriber(application.port, '/api/events', { headers: bearer });
    await keysOf(application).revoke(name);
    await opening.until(({ ended, head }) => ended || head.includes(' 401 '));
    opening.socket.destroy();
  });
});

describe('the arguments of npm run key', () => {
  it.each([
    [['create'], 'Usage: npm run key'],
    [['create', 'a b', '--notify'], 'must be 1 to 64 letters'],
    [['create', 'empty'], 'The key would grant nothing'],
    [['create', 'x', '--notify', '--expires', 'soon'], 'a duration such as 12h, 90d or 1y'],
    [['create', 'x', '--notify', '--expires', '3s'], 'The minimum is 1m, and the maximum 100y.'],
    [['create', 'x', '--notify', '--expires', '0d'], 'The minimum is 1m, and the maximum 100y.'],
    [['create', 'x', '--notify', '--expires', '1000y'], 'The minimum is 1m, and the maximum 100y.'],
    [['create', 'x', '--publish', 'orders/('], '"orders/(" is not a valid URL pattern'],
    [['create', 'x', '--publish', 'users'], 'The topic "users" belongs to Carillon itself'],
    [['create', 'x', '--subscribe', 'rooms/1'], 'The topic "rooms/1" belongs to Carillon itself'],
    [['create', 'x', '--publish', 'rooms/*'], 'The topic "rooms/*" belongs to Carillon itself'],
    [['create', 'x', '--publish', 'a\u0007'], 'must not contain control characters'],
    [['create', 'x', '--publish', ' orders/*'], 'must not start or end with white space'],
    [['create', 'x', '--subscribe', 'x/../orders/*'], 'must be the whole path, such as orders/42'],
    [['create', 'x', '--grant', 'a'], "Unknown option '--grant'"],
    [['delete', 'stored'], 'npm run key -- revoke NAME'],
  ])('refuse %j, and say what is right', (args, message) => {
    expect(() => keyCommandOf(args, ['users', 'rooms'])).toThrow(StartupError);
    expect(() => keyCommandOf(args, ['users', 'rooms'])).toThrow(message);
  });
});

import { Database } from '@carillon/nestjs';
import { CommandBus } from '@nestjs/cqrs';
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import dns from 'node:dns/promises';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { isPublicAddress, lookupPublic } from '../src/push/public-addresses.js';
import { notificationText } from '../src/push/plain-text.js';
import { SubscribeDevice } from '../src/push/subscribe-device.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Person } from './support/people.js';
import { startNameServer } from './support/name-server.js';
import { CarillonProcess } from './support/process.js';
import { TestPushService } from './support/push-service.js';
import { problemOf } from './support/requests.js';
import { until } from './support/wait.js';

const SUBSCRIPTION = '/api/push/subscription';

/** Characters of three bytes each, which cannot be compressed: together too large for an index of PostgreSQL. */
const LONG_IN_UTF8 = String.fromCharCode(
  ...Array.from({ length: 990 }, (_, n) => 0x4e00 + ((n * 7919) % 20_000)),
);

const subscriptionsIn = ({ app }: RunningApplication) =>
  app.get(Database, { strict: false }).read.selectFrom('push_subscriptions').selectAll().execute();

describe.each(ENGINES)('push notifications on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let service: TestPushService;
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let cleo: Person;
  let room: Room;
  let direct: Room;

  const settings = () => ({
    DATABASE_URL: database,
    SIGN_IN_ATTEMPTS: '0',
    PUSH_PRIVATE_ADDRESSES: 'true',
    PUSH_TIMEOUT: '500ms',
    PUSH_DELAY: '300ms',
    PUSH_SUBJECT: 'mailto:ops@example.com',
  });
  const subscribes = async (who: Person, path: string): Promise<string> => {
    await who.does('PUT', SUBSCRIPTION, service.subscribe(path));
    return path;
  };
  /** Of these messages, only the last is to arrive: what would arrive wrongly was queued before it. */
  const onlyLastArrives = async (path: string, ...messages: Message[]): Promise<void> => {
    const last = messages.at(-1)!;
    await until(() => service.tagsOf(path).includes(last.id));
    const ids = new Set(messages.map(({ id }) => id));
    expect(service.tagsOf(path).filter((id) => ids.has(id))).toEqual([last.id]);
  };

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    service = await TestPushService.start();
    application = await startApplication(settings());
    const { url } = application;
    ada = await Person.signUp(url, 'ada', { firstname: 'Ada', lastname: 'Lovelace' });
    bob = await Person.signUp(url, 'bob');
    cleo = await Person.signUp(url, 'cleo');
    room = await ada.makes('Analysis');
    await bob.joins(room);
    await cleo.joins(room);
    direct = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: bob.id });
    await subscribes(bob, '/bob');
    await subscribes(ada, '/ada');
  });
  afterAll(async () => {
    await application.stop();
    await service.stop();
    await engine.stop();
  });

  it('contain what they show, encrypted, of mentions and direct messages', async () => {
    await ada.says(room, 'for nobody');
    const mention = await ada.says(room, '> old\n**Look**, @bob: `x * y`');
    const message = await ada.says(direct, 'Hello');
    await until(() => service.tagsOf('/bob').length === 2);
    const [one, other] = service.received;
    expect(one!.payload).toEqual({
      tag: mention.id,
      author: 'Ada Lovelace',
      room: 'Analysis',
      text: 'old\nLook, @bob: x * y',
      roomId: room.id,
      seq: mention.seq,
      threadOf: null,
    });
    expect(other!.payload).toMatchObject({ tag: message.id, room: null, text: 'Hello' });
    expect(one!.headers).toMatchObject({
      ttl: '86400',
      urgency: 'high',
      topic: mention.id.replaceAll('-', ''),
      'content-encoding': 'aes128gcm',
    });
    const { publicKey } = await bob.gets<{ publicKey: string }>('/api/push/key');
    expect(one!.claims).toMatchObject({
      aud: service.url,
      sub: 'mailto:ops@example.com',
      key: publicKey,
    });
    // Nobody is notified of their own messages.
    await onlyLastArrives('/ada', mention, message, await bob.says(direct, 'Hello, Ada'));
  });

  it('are sent of replies in threads that the user follows, until they are read in the thread', async () => {
    const stream = await bob.listens();
    const question = await bob.says(room, 'Who joins?');
    const other = await ada.repliesTo(await ada.says(room, 'Nobody asked'), 'Really');
    await onlyLastArrives('/bob', other, await ada.repliesTo(question, 'I do'));
    const read = await ada.repliesTo(question, 'And read');
    await bob.does('PUT', `/api/rooms/${room.id}/threads/${question.seq}/read`, { seq: read.seq });
    await onlyLastArrives('/bob', read, await ada.repliesTo(question, 'And more'));
    await stream.close();
  });

  it('are sent neither for muted rooms nor for what was read, deleted or left meanwhile', async () => {
    const stream = await bob.listens();
    const level = (of: Room, level: string) =>
      bob.does('PUT', `/api/rooms/${of.id}/notifications`, { level });
    const quiet = await ada.makes('Quiet');
    await bob.joins(quiet);
    await level(quiet, 'nothing');
    const muted = await ada.says(quiet, 'muted, @bob');
    const deleted = await ada.says(room, 'deleted, @bob');
    await ada.does('DELETE', `/api/rooms/${room.id}/messages/${deleted.id}`);
    const read = await ada.says(direct, 'read');
    await bob.does('PUT', `/api/rooms/${direct.id}/read`, { seq: read.seq });
    const other = await ada.makes('Left');
    await bob.joins(other);
    const left = await ada.says(other, 'left, @bob');
    await bob.does('DELETE', `/api/rooms/${other.id}/members/${bob.id}`);
    const last = await ada.says(room, 'unread, @bob');
    await onlyLastArrives('/bob', muted, deleted, read, left, last);
    await level(room, 'all');
    await onlyLastArrives('/bob', await ada.says(room, 'for everyone'));
    await level(room, 'mentions');
    await stream.close();
  });

  it('are sent again after failures, and a slow service delays no other one', async () => {
    const slow = await TestPushService.start();
    await cleo.does('PUT', SUBSCRIPTION, slow.subscribe('/cleo'));
    const second = await Person.signIn(application.url, 'cleo');
    await subscribes(second, '/cleo2');
    slow.answers('/cleo', () => undefined);
    service.answers('/cleo2', (response) => response.writeHead(429, { 'Retry-After': '1' }).end());
    const message = await ada.says(room, '@cleo @bob');
    await until(() => slow.requests === 1);
    await until(() => service.tagsOf('/bob').includes(message.id));
    slow.answers('/cleo');
    service.answers('/cleo2');
    await until(() => service.tagsOf('/cleo2').includes(message.id));
    await until(() => slow.tagsOf('/cleo').includes(message.id));
    expect(slow.requests).toBeGreaterThan(1);
    await second.does('DELETE', SUBSCRIPTION);
    await cleo.does('DELETE', SUBSCRIPTION);
    await slow.stop();
  }, 20_000);

  it('end with the session, at 410, with another account in the browser, and with the account', async () => {
    const count = async () => (await subscriptionsIn(application)).length;
    const before = await count();
    const second = await Person.signIn(application.url, 'cleo');
    const body = service.subscribe('/shared');
    await cleo.does('PUT', SUBSCRIPTION, body);
    await second.does('PUT', SUBSCRIPTION, body);
    expect(await count()).toBe(before + 1);
    await second.does('DELETE', `/api/sessions/${second.sessionId}`);
    expect(await count()).toBe(before);

    await cleo.does('PUT', SUBSCRIPTION, body);
    service.answers('/shared', (response) => response.writeHead(410).end());
    await ada.says(room, 'gone, @cleo');
    await until(async () => (await count()) === before);

    const dora = await Person.signUp(application.url, 'dora');
    await subscribes(dora, '/dora');
    const exported = await dora.gets<{ pushSubscriptions: object[] }>('/api/me/export');
    expect(exported.pushSubscriptions).toMatchObject([{ endpoint: `${service.url}/dora` }]);
    await dora.does('DELETE', '/api/me', { password: 'a sentence nobody guesses' });
    expect(await count()).toBe(before);
  });

  it('go to the new subscription of a browser that replaced it while the earlier one ended', async () => {
    await subscribes(cleo, '/earlier');
    const ended = Promise.withResolvers<void>();
    service.answers('/earlier', async (response) => {
      await subscribes(cleo, '/new');
      response.writeHead(410).end();
      ended.resolve();
    });
    await ada.says(room, 'first, @cleo');
    await ended.promise;
    const message = await ada.says(room, 'second, @cleo');
    await until(() => service.tagsOf('/new').includes(message.id));
    await cleo.does('DELETE', SUBSCRIPTION);
  });

  it('are not stored for a session that has ended since the request was authenticated', async () => {
    const second = await Person.signIn(application.url, 'cleo');
    const subscribe = new SubscribeDevice(cleo.id, second.sessionId, service.subscribe('/late'));
    await second.does('DELETE', `/api/sessions/${second.sessionId}`);
    const stored = application.app.get(CommandBus, { strict: false }).execute(subscribe);
    await expect(stored).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('are accepted for endpoints and keys that can be used only', async () => {
    const valid = service.subscribe('/valid');
    for (const wrong of [
      { endpoint: 'ftp://push.example.com/1' },
      { endpoint: 'https://a:b@push.example.com/1' },
      { endpoint: `https://push.example.com/${LONG_IN_UTF8}` },
      { p256dh: 'A'.repeat(87) },
      { auth: 'AAAA' },
    ]) {
      const response = await bob.send('PUT', SUBSCRIPTION, { ...valid, ...wrong });
      expect([response.status, (await problemOf(response)).errors?.[0]?.field]).toEqual([
        422,
        Object.keys(wrong)[0],
      ]);
    }
  });
});

describe('a push notification', () => {
  it('arrives after kill -9 between the commit of the message and the request', async () => {
    const service = await TestPushService.start();
    const environment = { PUSH_PRIVATE_ADDRESSES: 'true', PUSH_DELAY: '1500ms' };
    const before = await CarillonProcess.start(environment);
    const ada = await Person.signUp(before.url, 'ada');
    const bob = await Person.signUp(before.url, 'bob');
    await bob.does('PUT', SUBSCRIPTION, service.subscribe('/bob'));
    const { publicKey } = await bob.gets<{ publicKey: string }>('/api/push/key');
    const direct = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: bob.id });
    // What is sent to a user who is online waits a little.
    const stream = await bob.listens();
    await stream.until(({ events }) => JSON.stringify(events).includes('"online"'));
    const message = await ada.says(direct, 'Hello');
    await before.kill();
    expect(service.requests).toBe(0);
    const after = await CarillonProcess.start(environment, before.port, before.folder);
    await until(() => service.received.length > 0);
    expect(service.tagsOf('/bob')).toEqual([message.id]);
    expect(service.received[0]!.claims).toMatchObject({ key: publicKey });
    await after.stop();
    await service.stop();
    rmSync(before.folder, { recursive: true });
  });
});

describe('the addresses of push services', () => {
  let application: RunningApplication;
  let endNameServer: () => Promise<void>;
  beforeAll(async () => {
    const addresses = { 'own.test': '127.0.0.1', 'push.test': '8.8.8.8', 'v4.test': '8.8.4.4' };
    endNameServer = await startNameServer(addresses, ['v4.test']);
    application = await startApplication({ SIGN_IN_ATTEMPTS: '0' });
  });
  afterAll(async () => {
    await application.stop();
    await endNameServer();
  });

  it('are public', async () => {
    for (const address of ['8.8.8.8', '2606:4700::1111', '64:ff9b::808:808'])
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
    for (const address of [
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '::1',
      'fd00::1',
      'fe80::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '::7f00:1',
      '4000::1',
    ])
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });

  const resolved = (name: string) =>
    promisify<string, LookupAllOptions, LookupAddress[]>(lookupPublic as never)(name, {
      all: true,
    });

  it('are those that a name has now', async () => {
    expect(await resolved('push.test')).toEqual([{ address: '8.8.8.8', family: 4 }]);
    await expect(resolved('own.test')).rejects.toThrow('127.0.0.1, which is not a public address');
    await expect(resolved('none.test')).rejects.toThrow('ENODATA');
  });

  it('are known although the name server does not answer for IPv6', async () => {
    const other = new dns.Resolver({ timeout: 5000, tries: 1 });
    other.setServers(dns.getServers());
    const unanswered = other.resolve6('v4.test').catch((error: unknown) => error);
    const found = await Promise.race([resolved('v4.test'), unanswered]);
    expect(found).toEqual([{ address: '8.8.4.4', family: 4 }]);
    other.cancel();
  });

  it('are refused if they are private, when they are stored and when they are resolved', async () => {
    const service = await TestPushService.start();
    const connections: unknown[] = [];
    const ada = await Person.signUp(application.url, 'ada');
    const bob = await Person.signUp(application.url, 'bob');
    const { port } = new URL(service.url);
    for (const host of [
      'https://127.0.0.1',
      'https://[::1]',
      'https://0x7f.1',
      'http://localhost',
    ]) {
      const body = service.subscribe('/x', `${host}:${port}`);
      expect((await bob.send('PUT', SUBSCRIPTION, body)).status).toBe(422);
    }
    await bob.does('PUT', SUBSCRIPTION, service.subscribe('/x', `https://own.test:${port}`));
    const direct = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: bob.id });
    service.onConnection(() => connections.push(1));
    await ada.says(direct, 'Hello');
    await until(async () => (await subscriptionsIn(application))[0]!.failures === 1);
    expect(connections).toEqual([]);
    // The service can be reached.
    await new Promise((resolve) => connect(Number(port), 'localhost', () => resolve(undefined)));
    await until(() => connections.length === 1);
    await service.stop();
  });
});

describe('the text of a push notification', () => {
  it.each([
    ['a *b* **c** ~~d~~ _e_ ***f***', 'a b c d e f'],
    ['2*3*4 snake_case ', '2*3*4 snake_case'],
    ['```ts\nlet a = 1;\n```', 'let a = 1;'],
    ['see [this](https://example.com/a)', 'see this'],
    ['x'.repeat(400), `${'x'.repeat(300)}…`],
    ['👍'.repeat(301), `${'👍'.repeat(300)}…`],
  ])('%# is plain', (text, plain) => expect(notificationText(text)).toBe(plain));
});

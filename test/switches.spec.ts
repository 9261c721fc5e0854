import { readConfig } from '../src/config.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { tablesIn } from './support/everything.js';
import { exchange } from './support/exchange.js';
import { TestIssuer } from './support/issuer.js';
import { PASSWORD, Person, send } from './support/people.js';
import type { RawSubscriber } from './support/raw-subscriber.js';
import { problemOf } from './support/requests.js';
import { until } from './support/wait.js';

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly tags: readonly { readonly name: string }[];
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, { readonly description: string }>>;
  };
}

const AUDIENCE = 'carillon';
const ID = '018f2c5e-7b1a-7c3d-9e4f-5a6b7c8d9e0f';

const documentOf = async (url: string, name: string): Promise<string> =>
  (await fetch(`${url}/api/${name}.json`)).text();
const described = async (url: string): Promise<Described> =>
  JSON.parse(await documentOf(url, 'openapi')) as Described;
const operationsOf = ({ paths }: Described): string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
const startingWith =
  (...paths: string[]) =>
  (operation: string) =>
    paths.some((path) => operation.split(' ')[1]!.startsWith(path));

const ROOMS = [
  '/api/rooms',
  '/api/messages',
  '/api/me/rooms',
  '/api/me/invitations',
  '/api/me/blocks',
  '/api/me/saved',
  '/api/me/threads',
];
const NOTIFICATIONS = ['/api/notifications', '/api/me/notifications'];
const PUSH = '/api/push';

/** Each switch: the operations that are gone, the topics that are unknown, and events that no description has. */
const SWITCHES: {
  readonly settings: Record<string, string>;
  readonly isGone: (operation: string) => boolean;
  readonly topics: readonly string[];
  readonly events: readonly string[];
}[] = [
  {
    settings: { FEATURES: 'none' },
    isGone: startingWith('/api/users', ...ROOMS, ...NOTIFICATIONS, PUSH),
    topics: ['users', 'rooms', `rooms/${ID}`, 'notifications'],
    events: ['user.created', 'message.posted', 'presence', 'notification.created'],
  },
  {
    settings: { FEATURES: 'users' },
    isGone: startingWith(...ROOMS, ...NOTIFICATIONS, PUSH),
    topics: ['rooms', 'notifications'],
    events: ['message.posted', 'typing', 'notification.created'],
  },
  {
    settings: { FEATURES: 'users, rooms' },
    isGone: startingWith(...NOTIFICATIONS, PUSH),
    topics: ['notifications'],
    events: ['notification.created'],
  },
  {
    settings: { FEATURES: 'notifications' },
    isGone: startingWith('/api/users', ...ROOMS, PUSH),
    topics: ['users', 'rooms'],
    events: ['user.created', 'message.posted'],
  },
  {
    settings: { DIRECTORY: 'off' },
    isGone: (operation) =>
      [
        'GET /api/users',
        'POST /api/users',
        'GET /api/users/event',
        'DELETE /api/users/{id}',
      ].includes(operation),
    topics: ['users'],
    events: [],
  },
  {
    settings: { PASSWORDS: 'off' },
    isGone: (operation) =>
      ['POST /api/accounts', 'POST /api/session', 'PUT /api/me/password'].includes(operation),
    topics: [],
    events: [],
  },
];

describe.each(SWITCHES)('with $settings', ({ settings, isGone, topics, events }) => {
  let issuer: TestIssuer;
  let application: RunningApplication;
  let all: string[];
  let headers: Record<string, string>;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    const complete = await startApplication();
    all = operationsOf(await described(complete.url));
    await complete.stop();
    application = await startApplication({
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: AUDIENCE,
      ...settings,
    });
    headers = { Authorization: `Bearer ${await issuer.token({ sub: 'ada', aud: AUDIENCE })}` };
  });
  afterAll(async () => {
    await application.stop();
    await issuer.stop();
  });

  it('describes what is on, and nothing else', async () => {
    const left = all.filter((operation) => !isGone(operation));
    expect(all.length - left.length).toBeGreaterThan(2);
    const document = await described(application.url);
    expect(operationsOf(document).toSorted()).toEqual(left.toSorted());
    const tags = document.tags.map(({ name }) => name);
    const used = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).flatMap((operation) => (operation as { tags: string[] }).tags),
    );
    expect(tags).toEqual([...new Set(used)].toSorted());
    const text = await documentOf(application.url, 'openapi');
    const references = text.match(/"\$ref":"[^"]+"/g)!;
    for (const reference of new Set(references))
      expect(text).toContain(`"${reference.split('/').at(-1)!.slice(0, -1)}":`);
    const streams = await documentOf(application.url, 'asyncapi');
    for (const event of events) expect(text + streams).not.toContain(`"${event}"`);
  });

  it('has no route for anything that is off', async () => {
    const left = new Set(all.filter((operation) => !isGone(operation)).map(pathOf));
    for (const operation of all.filter(isGone)) {
      const [method = '', path = ''] = operation.split(' ');
      const address = path.replaceAll(/\{\w+\}/g, ID);
      const { status } = await send(application.url, method, address, undefined, headers);
      // The same address may serve other methods.
      const expected = left.has(path) ? 405 : 404;
      expect([operation, status]).toEqual([operation, expected]);
    }
  });

  it('knows none of the topics that are off', async () => {
    for (const topic of topics) {
      const path = `/api/events?topic=${encodeURIComponent(topic)}`;
      const { status, body } = await exchange(application.url + path, headers);
      expect([topic, status]).toEqual([topic, 404]);
      expect(body.toString()).toContain(
        `There is no topic \\"${topic}\\" that you can subscribe to`,
      );
    }
  });

  it('still identifies and erases users', async () => {
    const session = await send(application.url, 'GET', '/api/session', undefined, headers);
    const { user } = (await session.json()) as { user: User };
    const exported = await send(application.url, 'GET', '/api/me/export', undefined, headers);
    expect(await exported.json()).toMatchObject({ profile: [{ id: user.id }], memberships: [] });
    const body = { confirm: user.id };
    const { status } = await send(application.url, 'DELETE', '/api/me', body, headers);
    expect(status).toBe(204);
  });
});

const pathOf = (operation: string): string => operation.split(' ')[1]!;

describe('PASSWORDS=off', () => {
  it.each([
    [
      'with an issuer',
      'http://127.0.0.1:1',
      'accepts only access tokens of http://127.0.0.1:1, and keys.',
    ],
    ['without one', '', 'accepts only keys.'],
  ])('refuses sessions that exist, %s', async (_name, AUTH_ISSUER, detail) => {
    const before = await startApplication();
    const folder = await ENGINES[0]!.start();
    const DATABASE_URL = await folder.createDatabase();
    await before.stop();
    const open = await startApplication({ DATABASE_URL });
    const ada = await Person.signUp(open.url, 'ada');
    await open.stop();
    const closed = await startApplication({
      DATABASE_URL,
      PASSWORDS: 'off',
      AUTH_ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
    });
    const { name, value } = ada.cookie;
    for (const headers of [ada.bearer, { Cookie: `${name}=${value}` }]) {
      const answer = await send(closed.url, 'GET', '/api/session', undefined, { ...headers });
      expect(answer.status).toBe(401);
      expect((await problemOf(answer)).detail).toContain(detail);
    }
    const { components } = await described(closed.url);
    expect(components.securitySchemes['cookie']!.description).toContain(AUTH_ISSUER);
    await closed.stop();
    await folder.stop();
  });
});

describe.each(ENGINES)('a switch on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let DATABASE_URL: string;
  let application: RunningApplication;
  const subscribers: RawSubscriber[] = [];

  const restart = async (settings: Record<string, string> = {}) => {
    await Promise.all(subscribers.splice(0).map((subscriber) => subscriber.close()));
    await application?.stop();
    application = await startApplication({ DATABASE_URL, SIGN_IN_ATTEMPTS: '0', ...settings });
  };
  const listening = async (person: Person, path?: string) => {
    const subscriber = await person.at(application.url).listens(path);
    subscribers.push(subscriber);
    return subscriber;
  };
  const renamed = (person: Person, firstname: string) =>
    person.at(application.url).does('PATCH', `/api/users/${person.id}`, { firstname });

  beforeAll(async () => {
    engine = await start();
    DATABASE_URL = await engine.createDatabase();
  });
  afterAll(async () => {
    await Promise.all(subscribers.map((subscriber) => subscriber.close()));
    await application.stop();
    await engine.stop();
  });

  it('loses no data, and erases that of users who leave meanwhile', async () => {
    await restart();
    const ada = await Person.signUp(application.url, 'ada');
    const bob = await Person.signUp(application.url, 'bob');
    const room = await ada.makes('Library');
    await bob.joins(room);
    await ada.says(room, 'Good morning, quagga!');
    await bob.says(room, 'Good evening, quagga!');
    await restart({ FEATURES: 'none' });
    // Every event that is left, in order: rooms have some before.
    const stream = await listening(ada, '/api/events?lastEventId=earliest');
    const { sessionId } = await Person.signIn(application.url, 'ada');
    await stream.until(({ body }) => body.includes(sessionId));
    expect(stream.body).not.toContain('quagga');
    expect(stream.body).not.toContain('presence');
    await bob.at(application.url).does('DELETE', '/api/me', {
      password: PASSWORD,
      messages: 'delete',
    });
    const messages = async () => (await tablesIn(DATABASE_URL)).get('messages') ?? '';
    await until(async () => !(await messages()).includes('Good evening'));
    await restart();
    const reader = await Person.signIn(application.url, 'ada');
    expect(await reader.reads(room)).toEqual(['Good morning, quagga!', null]);
  });

  it('DIRECTORY=off shows names only to the user and to members of the same room', async () => {
    await restart({ DIRECTORY: 'off' });
    const [eve, dan, joe] = [
      await Person.signUp(application.url, 'eve'),
      await Person.signUp(application.url, 'dan'),
      await Person.signUp(application.url, 'joe'),
    ];
    const room = await eve.makes('Reading room');
    await dan.joins(room);
    const streams = await Promise.all([eve, dan, joe].map((person) => listening(person)));
    await renamed(eve, 'Evelyn');
    await renamed(dan, 'Daniel');
    await renamed(joe, 'Joseph');
    const [ofEve, ofDan, ofJoe] = streams as [RawSubscriber, RawSubscriber, RawSubscriber];
    await ofJoe.until(({ body }) => body.includes('Joseph'));
    await Promise.all(
      [ofEve, ofDan].map((each) => each.until(({ body }) => body.includes('Daniel'))),
    );
    expect(ofJoe.body).not.toMatch(/Evelyn|Daniel/);
    for (const each of [ofEve, ofDan]) {
      expect(each.body.match(/event: user\.updated/g)).toHaveLength(2);
      expect(each.body).toContain('Evelyn');
    }
    // The topics of a change are the rooms of the user, which others must not see.
    const pages = await dan.send('GET', '/api/events?lastEventId=earliest&limit=1000', undefined, {
      Accept: 'application/json',
    });
    const { events } = (await pages.json()) as { events: { type: string; topics?: unknown }[] };
    const changes = events.filter(({ type }) => type === 'user.updated');
    expect(changes.map(({ topics }) => topics)).toEqual([undefined, undefined]);
    // Whoever knows an id, from a room or a message, can show the name.
    expect(await dan.gets(`/api/users/${eve.id}`)).toMatchObject({ firstname: 'Evelyn' });
    const anonymous = await send(application.url, 'GET', `/api/users/${eve.id}`);
    expect(anonymous.status).toBe(401);
    const other = await dan.send('PATCH', `/api/users/${eve.id}`, { firstname: 'X' });
    expect([other.status, (await problemOf(other)).detail]).toEqual([
      403,
      'You can only change your own name.',
    ]);
    await dan.does('DELETE', '/api/me', { password: PASSWORD });
    await ofEve.until(({ body }) => body.includes('event: user.erased'));
    expect(ofJoe.body).not.toContain('user.erased');
  });

  it('DIRECTORY=members shows the directory to signed-in users', async () => {
    await restart({ DIRECTORY: 'members' });
    const max = await Person.signUp(application.url, 'max');
    expect((await send(application.url, 'GET', '/api/users')).status).toBe(401);
    const stream = await listening(max, '/api/users/event');
    await max.does('POST', '/api/users', { firstname: 'Grace', lastname: 'HOPPER' });
    await stream.until(({ body }) => body.includes('Grace'));
  });
});

describe('a wrong switch', () => {
  it.each([
    [
      { FEATURES: 'users,chat' },
      'FEATURES is "users,chat": it must be none, or names separated by commas. The features are users, rooms, notifications, push, mercure.',
    ],
    [{ FEATURES: 'rooms' }, 'FEATURES is "rooms": it must have users, which rooms needs.'],
    [{ DIRECTORY: 'closed' }, 'DIRECTORY is "closed": it must be one of open, members, off.'],
    [{ PASSWORDS: 'no' }, 'PASSWORDS is "no": it must be on or off.'],
  ])('%j is refused', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(message);
  });
});

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readConfig } from '../src/config.js';
import { BODY_LIMITS } from '../src/events/publish/publish-body.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { largestBody } from '../src/http/text-fields.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { addKey, type TestKey } from './support/keys.js';
import { Person } from './support/people.js';
import { JSON_TYPE, problemOf } from './support/requests.js';

const BELL = '🔔'; // 12 bytes as escapes
const bells = (count: number): string => BELL.repeat(count);
/** Is no sequence that repeats. */
const secret = (count: number): string => bells(count - 3) + '🎵🎶🕰';

const escape = (text: string): string =>
  [...Array(text.length).keys()]
    .map((n) => `\\u${text.charCodeAt(n).toString(16).padStart(4, '0')}`)
    .join('');

type Body = Record<string, string | object>;

/** JSON in which each character of each text is escaped. */
const escaped = (body: Body): string =>
  `{${Object.entries(body)
    .map(([name, value]) => [
      escape(name),
      typeof value === 'string' ? `"${escape(value)}"` : JSON.stringify(value),
    ])
    .map(([name, value]) => `"${name}": ${value}`)
    .join(',\n  ')}}`;

type Schema = {
  readonly $ref?: string;
  readonly oneOf?: Schema[];
  readonly properties?: Record<string, Schema>;
  readonly type?: string;
  readonly enum?: unknown[];
  readonly format?: string;
  readonly maxLength?: number;
};
interface Document {
  readonly paths: Record<
    string,
    Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>
  >;
  readonly components: { readonly schemas: Record<string, Schema> };
}

const nameOf = ({ $ref = '' }: Schema): string => $ref.split('/').at(-1)!;

/** The limits of text fields that an API description states, as `Body.field`. */
function statedLimits({ paths, components }: Document): Record<string, number | undefined> {
  const bodies = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ requestBody }) => requestBody?.content['application/json'] ?? [])
    .flatMap(({ schema }) => schema.oneOf ?? components.schemas[nameOf(schema)]!.oneOf ?? [schema])
    .filter(({ $ref }) => $ref !== undefined)
    .map(nameOf);
  const fields = [...new Set(bodies)].flatMap((name) =>
    Object.entries(components.schemas[name]!.properties ?? {}).map(
      ([field, schema]) => [`${name}.${field}`, schema] as const,
    ),
  );
  return Object.fromEntries(
    fields
      .filter(([, { type }]) => [type].flat().includes('string'))
      .filter(([, { enum: values, format }]) => !values && !/^(uuid|date-time)$/.test(format ?? ''))
      .map(([field, { maxLength }]) => [field, maxLength]),
  );
}

/** The largest body of each class with text fields, how it is answered, and a field that may not have one character more. */
/** Encoded keys of one length, and the URL for them, are tested in push.spec.ts. */
const KEYS = /^PushSubscriptionBody\./;
const LARGEST: Record<string, [method: string, path: string, body: Body, status: number]> = {
  CreateUserBody: ['POST', '/api/users', { firstname: bells(200), lastname: bells(200) }, 201],
  UpdateUserBody: [
    'PATCH',
    '/api/users/$user',
    { firstname: bells(200), lastname: bells(200) },
    200,
  ],
  CreateAccountBody: [
    'POST',
    '/api/accounts',
    {
      username: 'x'.repeat(32),
      password: secret(128),
      firstname: bells(200),
      lastname: bells(200),
    },
    201,
  ],
  SignInBody: ['POST', '/api/session', { username: bells(200), password: bells(512) }, 401],
  ChangePasswordBody: [
    'PUT',
    '/api/me/password',
    { current: bells(512), password: secret(128) },
    403,
  ],
  DeleteAccountBody: ['DELETE', '/api/me', { password: bells(512), confirm: bells(200) }, 403],
  CreateNamedRoomBody: ['POST', '/api/rooms', { kind: 'private', name: bells(100) }, 201],
  UpdateRoomBody: ['PATCH', '/api/rooms/$room', { name: bells(100), topic: bells(250) }, 200],
  PostMessageBody: [
    'POST',
    '/api/rooms/$room/messages',
    { clientId: randomUUID(), text: bells(8000) },
    201,
  ],
  EditMessageBody: ['PATCH', '/api/rooms/$room/messages/$message', { text: bells(8000) }, 200],
  SendNotificationBody: [
    'POST',
    '/api/notifications',
    {
      to: { everyone: true },
      kind: 'x'.repeat(64),
      title: bells(200),
      body: bells(2000),
      url: `/${'x'.repeat(1999)}`,
    },
    201,
  ],
  NewEvent: [
    'POST',
    '/api/events',
    { topic: ['limits'], type: bells(200), data: {}, id: bells(255) },
    201,
  ],
};

/** The text fields of a body. The kind of a room is one of a list. */
const textsIn = (name: string, body: Body): [string, string][] =>
  Object.entries(body)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .filter(([field]) => field !== 'clientId' && `${name}.${field}` !== 'CreateNamedRoomBody.kind');

describe.each(ENGINES)('limits of texts on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let ada: Person;
  let shop: TestKey;
  let room: Room;
  let message: Message;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
    ada = await Person.signUp(application.url, 'ada');
    shop = await addKey(application, { publish: ['limits'], notify: true });
    room = await ada.makes('Belfry');
    message = await ada.says(room, 'ding');
  });
  afterAll(async () => {
    await application?.stop();
    await engine?.stop();
  });

  const send = (method: string, path: string, body: string): Promise<Response> => {
    const ids: Record<string, string> = { user: ada.id, room: room.id, message: message.id };
    return fetch(application.url + path.replaceAll(/\$(\w+)/g, (_, name: string) => ids[name]!), {
      method,
      headers: { ...JSON_TYPE, ...(/notifications|events/.test(path) ? shop : ada).bearer },
      body,
    });
  };

  it('are described for every text field of every body, and all are tested here', async () => {
    const document = await (await fetch(`${application.url}/api/openapi.json`)).json();
    const tried = Object.entries(LARGEST).flatMap(([name, [, , body]]) =>
      textsIn(name, body).map(([field, text]) => [`${name}.${field}`, [...text].length]),
    );
    const stated = Object.fromEntries(
      Object.entries(statedLimits(document as Document)).filter(([field]) => !KEYS.test(field)),
    );
    expect(stated).toEqual(Object.fromEntries(tried));
  });

  it.each(Object.entries(LARGEST))(
    'allow a %s with every field at its limit and every character escaped',
    async (_, request) => {
      const [method, path, body, status] = request;
      const answer = await send(method, path, escaped(body));
      expect([answer.status, await answer.text()]).toEqual([status, expect.any(String)]);
    },
  );

  it.each(
    Object.entries(LARGEST).flatMap(([name, [method, path, body]]) =>
      textsIn(name, body).map(([field, text]) => [name, field, text, method, path, body] as const),
    ),
  )(
    'refuse one more character in a %s, naming its %s',
    async (...[, field, text, method, path, body]) => {
      const more = /^(username|kind|url)$/.test(field) ? 'x' : BELL;
      const answer = await send(method, path, escaped({ ...body, [field]: text + more }));
      expect(answer.status).toBe(422);
      expect((await problemOf(answer)).errors).toEqual([
        expect.objectContaining({ field, detail: expect.stringMatching(/ to \d+|at most \d+/) }),
      ]);
    },
  );

  it('preserve 8,000 emoji in the database and in one line of the stream', async () => {
    const stream = await ada.listens();
    const text = bells(8000);
    const body = { clientId: randomUUID(), text };
    const answer = await send('POST', '/api/rooms/$room/messages', escaped(body));
    const posted = (await answer.json()) as Message;
    expect(posted.text).toBe(text);
    expect(await ada.gets(`/api/rooms/${room.id}/messages/${posted.id}`)).toEqual(posted);
    await stream.until(() => stream.of('message.posted').length > 0);
    expect(stream.of('message.posted')[0]!.data).toMatchObject({ id: posted.id, text });
    await stream.close();
  });

  it('count characters outside the BMP as one each in a search and in a topic', async () => {
    const search = (count: number) =>
      ada.send('GET', `/api/messages?q=${encodeURIComponent('𐐨'.repeat(count))}`);
    expect((await search(200)).status).toBe(200);
    expect((await problemOf(await search(201))).detail).toContain('it has 201');
    const follow = (topic: string) =>
      ada.send('GET', `/api/events?topic=${encodeURIComponent(topic)}`, undefined, {
        Accept: 'text/event-stream',
      });
    const stream = await follow(bells(512));
    expect(stream.status).toBe(200);
    await stream.body!.cancel();
    // Variation selectors count like anything else.
    for (const topic of [bells(513), '❤\uFE0F'.repeat(257)])
      expect((await follow(topic)).status).toBe(400);
  });

  it.each([
    ['CR LF', '\r\n'],
    ['CR', '\r'],
    ['VT', '\v'],
    ['FF', '\f'],
    ['NEL', '\u0085'],
    ['LS', '\u2028'],
    ['PS', '\u2029'],
  ])('treat %s as a line break', async (_, end) => {
    const posted = await ada.says(room, `one${end}two\tand${end}${end}three`);
    expect(posted.text).toBe('one\ntwo\tand\n\nthree');
    const edited = await ada.does<Message>('PATCH', `/api/rooms/${room.id}/messages/${posted.id}`, {
      text: `four${end}five`,
    });
    expect(edited.text).toBe('four\nfive');
    const { text } = await ada.gets<Message>(`/api/rooms/${room.id}/messages/${posted.id}`);
    expect(text).toBe('four\nfive');
  });

  it.each([
    ['🔔 ding\u0007', 'character 7 is U+0007'],
    ['\0', 'character 1 is U+0000'],
    ['a\r\nb\u001Bc', 'character 4 is U+001B'],
    ['\u007F', 'character 1 is U+007F'],
    ['a\u009F', 'character 2 is U+009F'],
  ])('refuse other control characters in a message: %j', async (text, words) => {
    const body = { clientId: randomUUID(), text };
    const answer = await ada.send('POST', `/api/rooms/${room.id}/messages`, body);
    expect(answer.status).toBe(422);
    expect((await problemOf(answer)).detail).toContain(
      `must not contain control characters except line breaks and tabs; ${words}`,
    );
  });

  it.each([
    ['a\tb', 'character 2 is U+0009 (tab)'],
    ['🔔\nb', 'character 2 is U+000A (line break)'],
    ['a\vb', 'character 2 is U+000B'],
    ['a\u0085', 'character 2 is U+0085'],
    ['ab\u2028c', 'character 3 is U+2028'],
    ['a\u2029b', 'character 2 is U+2029'],
    ['a\0b', 'character 2 is U+0000'],
  ])('refuse line breaks in a name: %j', async (name, words) => {
    const answers = [
      await ada.send('POST', '/api/users', { firstname: name, lastname: 'x' }),
      await ada.send('POST', '/api/rooms', { kind: 'public', name }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(422);
      expect((await problemOf(answer)).detail).toContain(
        `must not contain control characters or line breaks; ${words}`,
      );
    }
  });
});

describe('the largest body', () => {
  it('is slightly larger than the longest message with every character escaped', () => {
    const body = escaped({ clientId: randomUUID(), text: bells(8000) });
    expect(largestBody()).toBeGreaterThan(body.length);
    expect(largestBody()).toBeLessThan(body.length + 6 * 1024);
  });

  it('matches the documentation, and passes the proxies that it configures', () => {
    const text = (path: string): string => readFileSync(path, 'utf8');
    expect(text('docs/problems.md')).toContain(`A body may have ${largestBody() / 1024} KiB`);
    const sizes = [
      ...text('docs/operations.md').matchAll(/(?:client_max_body_size|max_size) (\d+)(?:m;|MiB)/g),
    ].map(([, size]) => Number(size) * 2 ** 20);
    expect(sizes).toHaveLength(2);
    const largest = Math.max(BODY_LIMITS.bytes, readConfig({}).FILES_MAX_BYTES);
    expect(Math.min(...sizes)).toBeGreaterThan(largest);
  });

  it('matches the examples in the API description', async () => {
    const application = await startApplication();
    const answer = await fetch(`${application.url}/api/users`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: ' '.repeat(largestBody() + 1),
    });
    const { status, detail } = await problemOf(answer);
    const description = await (await fetch(`${application.url}/api/openapi.json`)).text();
    await application.stop();
    expect(status).toBe(413);
    expect(description).toContain(`"${detail}"`);
    expect(description).toContain(`at most ${largestBody() / 1024} KiB`);
  });
});

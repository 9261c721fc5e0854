import { randomUUID } from 'node:crypto';
import type { ProblemDocument } from '../src/http/problems.js';
import type { Notification } from '../src/notifications/notification.js';
import { Lifecycle } from '../src/operations/lifecycle.js';
import type { MessageFile } from '../src/rooms/room/message-file.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { exchange } from './support/exchange.js';
import { Program } from './support/program.js';
import { type Schemas, strictlyBy } from './support/strict-schemas.js';
import { PASSWORD, Person, send } from './support/people.js';
import { photo, postsFiles, uploads } from './support/uploads.js';

interface Schema {
  readonly $ref?: string;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly example?: string }>>;
  readonly content?: Readonly<
    Record<
      string,
      {
        readonly schema: Schema;
        readonly examples?: Readonly<Record<string, { readonly value: ProblemDocument }>>;
      }
    >
  >;
}

interface Operation {
  readonly security: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Schemas };
}

interface Described {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

const JSON_TYPE = 'application/json';

const describedBy = async (url: string): Promise<Document> =>
  (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;

const operationsOf = (document: Document): Described[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );

const nameOf = ({ method, path }: Described): string => `${method} ${path}`;

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** What is written without harm, by operation. */
const WRITES: Readonly<Record<string, () => unknown>> = {
  'POST /api/users': () => ({ firstname: 'Charles', lastname: 'BABBAGE' }),
  'POST /api/accounts': () => ({ username: `m${randomUUID().slice(0, 8)}`, password: PASSWORD }),
  'POST /api/session': () => ({ username: 'grace', password: PASSWORD }),
  'POST /api/rooms': () => ({ kind: 'public', name: 'Numbers' }),
  'PATCH /api/rooms/{id}': () => ({ name: randomUUID() }),
  'PATCH /api/users/{id}': () => ({ lastname: 'LOVELACE' }),
  'POST /api/rooms/{id}/messages': () => ({ clientId: randomUUID(), text: 'Good evening!' }),
  'PATCH /api/rooms/{id}/messages/{messageId}': () => ({ text: randomUUID() }),
  'PUT /api/rooms/{id}/read': () => ({ seq: 1 }),
  'PUT /api/rooms/{id}/unread': () => ({ seq: 1 }),
  'PUT /api/rooms/{id}/notifications': () => ({ level: 'all' }),
  'PUT /api/rooms/{id}/threads/{seq}/read': () => ({ seq: 1 }),
  'POST /api/rooms/{id}/members': () => undefined,
  'POST /api/notifications': () => ({
    to: { everyone: true },
    kind: 'test',
    title: 'Good evening!',
  }),
  'PUT /api/me/notifications/read': () => ({ upTo: randomUUID() }),
};

/** Headers of responses that belong to the API, and not to the transport or the security of browsers. */
const API_HEADERS = [
  'Content-Disposition',
  'Idempotency-Replayed',
  'Last-Event-ID',
  'Last-Seq',
  'Link',
  'Location',
  'Member-Count',
  'Preference-Applied',
  'RateLimit',
  'Set-Cookie',
  'X-Request-Id',
];

const valid = (properties: Readonly<Record<string, Schema>>): object =>
  Object.fromEntries(
    Object.entries(properties).map(([name, { examples, enum: values, format }]) => [
      name,
      examples?.[0] ?? values?.[0] ?? (format === 'uuid' ? randomUUID() : 'somebody'),
    ]),
  );

const withIds = (path: string): string => path.replaceAll(/\{\w+\}/g, () => randomUUID());

describe('the API as it is described', () => {
  let application: RunningApplication;
  let document: Document;
  let shop: Program;
  let ada: Person;
  let room: Room;
  let message: Message;
  let file: MessageFile;
  let notification: Notification;

  beforeAll(async () => {
    application = await startApplication();
    document = await describedBy(application.url);
    ada = await Person.signUp(application.url, 'ada');
    const grace = await Person.signUp(application.url, 'grace');
    room = await ada.makes('Analysis');
    message = await ada.says(room, 'Good morning, @ada!');
    file = await uploads(ada, room, await photo());
    await postsFiles(ada, room, [file]);
    await ada.does('POST', `/api/rooms/${room.id}/invitations`, { userId: grace.id });
    await grace
      .makes('Synthesis', 'private')
      .then(({ id }) => grace.does('POST', `/api/rooms/${id}/invitations`, { userId: ada.id }));
    await ada.does('PUT', `/api/me/blocks/${grace.id}`);
    shop = await Program.notifier(application);
    notification = await shop.notifies({ userId: ada.id }, 'Good morning!');
  });
  afterAll(() => application.stop());

  const resolved = (schema: Schema): Schema =>
    schema.$ref ? (document.components.schemas[schema.$ref.split('/').at(-1)!] as Schema) : schema;

  /** The schemas of a body: one for each kind of it. */
  const bodiesOf = ({ operation: { requestBody } }: Described): Schema[] => {
    const schema = requestBody?.content[JSON_TYPE]?.schema;
    if (!schema) return [];
    const body = resolved(schema);
    const alternatives = (body.oneOf ?? [body]).map(resolved);
    return alternatives.map((one) => (one.items ? resolved(one.items) : one));
  };

  /** The address of something that is there. */
  const existing = ({ path }: Described): string => {
    const id = path.startsWith('/api/users')
      ? ada.id
      : path.startsWith('/api/notifications')
        ? notification.id
        : room.id;
    const queries: Record<string, string> = {
      '/api/messages': '?q=morning',
      '/api/events/subscriptions': `?topic=rooms/${room.id}`,
    };
    const query = queries[path] ?? '';
    return (
      path
        .replace('{id}', id)
        .replace('{messageId}', message.id)
        .replace('{fileId}', file.id)
        .replace('{seq}', '1')
        .replace('{emoji}', encodeURIComponent('👍')) + query
    );
  };

  /** A program with a key where users are refused. */
  const callerOf = ({ path }: Described, user = ada): Person | Program =>
    path.startsWith('/api/notifications') ? shop : user;

  /** Carries out an operation; what needs no sign-in is sent without one, since it would end it. */
  const sent = (one: Described, headers = {}): Promise<Response> => {
    const caller = one.operation.security.length === 0 ? {} : callerOf(one).bearer;
    const body = WRITES[nameOf(one)]?.();
    return send(application.url, one.method, existing(one), body, { ...caller, ...headers });
  };

  const endsSession = ({ path }: Described): boolean => path.startsWith('/api/session');

  const takes = ({ operation: { parameters = [] } }: Described, header: string): boolean =>
    parameters.some(({ name }) => name === header);

  describe.each([
    ['open to everyone', {}],
    ['with a closed directory', { DIRECTORY: 'members', SIGN_UP_OPEN: 'false' }],
  ])('%s', (_name, environment: Record<string, string>) => {
    it('asks for credentials exactly where it says so', async () => {
      const configured = await startApplication(environment);
      const operations = operationsOf(await describedBy(configured.url));
      const asks = async ({ method, path }: Described): Promise<boolean> => {
        const aborting = new AbortController();
        // Anonymous callers must name a topic of another program if the directory is closed.
        const topic = path === '/api/events' && method === 'GET' ? '?topic=orders/42' : '';
        const { status, body } = await fetch(configured.url + withIds(path) + topic, {
          method,
          signal: aborting.signal,
        });
        if (status !== 401) await body?.cancel();
        aborting.abort();
        return status === 401;
      };
      const saysSo = ({ operation: { security } }: Described): boolean =>
        security.length > 0 && security.every((one) => Object.keys(one).length > 0);
      for (const one of operations)
        expect([nameOf(one), await asks(one)]).toEqual([nameOf(one), saysSo(one)]);
      expect(operations.filter(saysSo).length).toBeGreaterThan(30);
      await configured.stop();
    });
  });

  it('answers 304 to the ETag of a GET, exactly where it says so', async () => {
    const gets = operationsOf(document).filter(
      ({ method, operation }) =>
        method === 'GET' && !operation.responses['200']!.content?.['text/event-stream'],
    );
    for (const one of gets) {
      const first = await callerOf(one).send('GET', existing(one));
      expect([nameOf(one), first.status]).toEqual([nameOf(one), 200]);
      await first.arrayBuffer();
      const tag = first.headers.get('ETag');
      const hasTag = '304' in one.operation.responses;
      expect([nameOf(one), tag !== null]).toEqual([nameOf(one), hasTag]);
      if (!tag) continue;
      const again = await callerOf(one).send('GET', existing(one), undefined, {
        'If-None-Match': tag,
        // Node would add no-cache, since it has no cache.
        'Cache-Control': 'max-age=0',
      });
      expect([nameOf(one), again.status, await again.text()]).toEqual([nameOf(one), 304, '']);
      expect(one.operation.parameters!.map(({ name }) => name)).toContain('If-None-Match');
    }
    expect(gets.length).toBeGreaterThan(15);
  });

  it.each([
    [412, 'precondition-failed', { 'If-Match': '"another"' }],
    [406, 'not-acceptable', { 'Accept-Encoding': 'identity;q=0, *;q=0' }],
    [400, 'malformed-request', { 'If-Match': 'unquoted' }],
  ] as const)('answers %i to a GET, exactly where it says %s', async (status, code, headers) => {
    const gets = operationsOf(document).filter(
      ({ method, operation }) =>
        method === 'GET' && !operation.responses['200']!.content?.['text/event-stream'],
    );
    let answered = 0;
    for (const one of gets) {
      const answer = await exchange(application.url + existing(one), {
        ...callerOf(one).bearer,
        ...headers,
      });
      const { content } = one.operation.responses[status] ?? {};
      const example = content?.['application/problem+json']?.examples?.[code];
      const saysSo = example !== undefined;
      expect([nameOf(one), answer.status]).toEqual([nameOf(one), saysSo ? status : 200]);
      if (!saysSo) continue;
      const { detail } = JSON.parse(answer.body.toString()) as ProblemDocument;
      expect([nameOf(one), example.value.detail]).toEqual([nameOf(one), detail]);
      answered++;
    }
    expect(answered).toBeGreaterThan(15);
  });

  it('says what a repeat is answered with when what was created is gone', async () => {
    const { url } = application;
    const [ann, ben] = [await Person.signUp(url, 'ann'), await Person.signUp(url, 'ben')];
    const once = (path: string, body?: object, who = ann) => {
      const key = { 'Idempotency-Key': randomUUID() };
      return { path, send: () => who.send('POST', path, body, key) };
    };
    const others = await ben.makes('Open');
    const own = await ann.makes('Own');
    const requests = {
      createUser: once('/api/users', { firstname: 'a', lastname: 'b' }),
      createRoom: once('/api/rooms', { kind: 'private', name: 'Left' }),
      joinRoom: once(`/api/rooms/${others.id}/members`),
      invite: once(`/api/rooms/${own.id}/invitations`, { userId: ben.id }),
      postMessage: once(`/api/rooms/${others.id}/messages`, { clientId: randomUUID(), text: 'x' }),
    };
    const created: Record<string, string> = {};
    for (const [name, { send }] of Object.entries(requests)) {
      const answer = await send();
      expect([name, answer.status]).toEqual([name, 201]);
      created[name] = answer.headers.get('Location')?.split('/').at(-1) ?? '';
    }
    const left = created['createRoom']!;
    await ann.does('DELETE', `/api/users/${created['createUser']}`);
    await ann.does('POST', `/api/rooms/${left}/invitations`, { userId: ben.id });
    await ben.does('POST', `/api/rooms/${left}/members`);
    await ann.does('PATCH', `/api/rooms/${left}/members/${ben.id}`, { role: 'owner' });
    await ann.does('DELETE', `/api/rooms/${left}/members/${ann.id}`);
    await ann.does('DELETE', `/api/rooms/${others.id}/members/${ann.id}`);
    await ann.does('DELETE', `/api/rooms/${own.id}/invitations/${ben.id}`);
    const statuses: Record<string, number> = {};
    for (const [name, { path, send }] of Object.entries(requests)) {
      const answer = await send();
      statuses[name] = answer.status;
      const described = operationsOf(document).find(
        (one) =>
          one.method === 'POST' &&
          new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, UUID)}$`).test(path),
      )!;
      const { content, description } = described.operation.responses[answer.status]!;
      const { type } = (await answer.json()) as ProblemDocument;
      const code = type.split(':').at(-1)!;
      expect(Object.keys(content!['application/problem+json']!.examples!)).toContain(code);
      if (answer.status === 404) expect(description).toContain('Idempotency-Key');
    }
    expect(statuses).toEqual({
      createUser: 404,
      createRoom: 404,
      joinRoom: 403,
      invite: 404,
      postMessage: 403,
    });
  });

  it('answers with what its schemas say, and with no further property', async () => {
    const compile = strictlyBy(document.components.schemas);
    const checked = operationsOf(document).filter(
      (one) =>
        (one.method === 'GET' || nameOf(one) in WRITES) &&
        !one.operation.responses['200']?.content?.['text/event-stream'],
    );
    const isFile = ({ path }: Described): boolean => path.includes('{fileId}');
    for (const one of checked.filter((one) => !isFile(one))) {
      const answer = await sent(one);
      const schema = one.operation.responses[answer.status]?.content?.[JSON_TYPE]?.schema;
      const mistakes = schema ? compile(schema)(await answer.json()) : ['is not described'];
      expect([nameOf(one), answer.status, mistakes]).toEqual([nameOf(one), answer.status, []]);
      expect(Object.keys(one.operation.responses[answer.status]!.headers!)).toEqual(
        expect.arrayContaining(API_HEADERS.filter((name) => answer.headers.has(name))),
      );
    }
  });

  it('leaves out the body for `Prefer: return=minimal`, exactly where it says so', async () => {
    for (const one of operationsOf(document).filter((one) => nameOf(one) in WRITES)) {
      const answer = await sent(one, { Prefer: 'return=minimal' });
      const hasBody = (await answer.text()) !== '';
      const [isApplied, isTaken] = [answer.headers.has('Preference-Applied'), takes(one, 'Prefer')];
      expect([nameOf(one), isApplied, hasBody]).toEqual([nameOf(one), isTaken, !isTaken]);
      expect(Object.keys(one.operation.responses)).toContain(String(answer.status));
    }
  });

  it.each(['Idempotency-Key', 'If-Match', 'If-None-Match'])(
    'reads %s exactly where it says so',
    async (header) => {
      const somebody = await Person.signUp(application.url, `s${randomUUID().slice(0, 8)}`);
      // What ends the session comes last.
      const writes = operationsOf(document)
        .filter(({ method }) => method !== 'GET')
        .toSorted((one, other) => Number(endsSession(one)) - Number(endsSession(other)));
      for (const one of writes) {
        // An Idempotency-Key is read after the body was validated.
        const written = takes(one, header) ? WRITES[nameOf(one)]?.() : undefined;
        const body = written ?? (bodiesOf(one)[0] && valid(bodiesOf(one)[0]!.properties!));
        const answer = await callerOf(one, somebody).send(one.method, withIds(one.path), body, {
          [header]: 'a "b',
        });
        const { detail = '' } = (await answer.json().catch(() => ({}))) as Partial<ProblemDocument>;
        expect([nameOf(one), detail.startsWith(`${header} must be`)]).toEqual([
          nameOf(one),
          takes(one, header),
        ]);
      }
      expect(writes.filter((one) => takes(one, header)).length).toBeGreaterThan(4);
    },
  );

  it.each([
    ['its media type', 415, 'unsupported-media-type', 'text/plain', 'x'],
    ['its length', 413, 'content-too-large', JSON_TYPE, 'x'.repeat(1_100_000)],
    ['its properties', 422, 'validation-failed', JSON_TYPE, '{"misspelt":1}'],
  ])('says of every write that a body is refused for %s', async (_, status, code, type, body) => {
    const writes = operationsOf(document).filter(({ method }) => method !== 'GET');
    for (const one of writes) {
      const { url } = application;
      const headers = { ...callerOf(one).bearer, 'Content-Type': type };
      const path = existing(one).replace('{userId}', ada.id);
      const answer = await fetch(url + path, { method: one.method, headers, body });
      await answer.arrayBuffer();
      const described = one.operation.responses[answer.status]?.content;
      const example = described?.['application/problem+json']?.examples?.[code];
      // The body of an upload is a file of any type.
      const isUpload = nameOf(one) === 'PUT /api/rooms/{id}/files/{fileId}';
      const expected = isUpload ? described !== undefined : answer.status === status && !!example;
      expect([nameOf(one), answer.status, expected]).toEqual([nameOf(one), answer.status, true]);
    }
    expect(writes.length).toBeGreaterThan(30);
  });

  it('answers 404 wherever an id in a path is not a UUID, whatever the method', async () => {
    const somebody = await Person.signUp(application.url, `s${randomUUID().slice(0, 8)}`);
    const answers: unknown[] = [];
    const withIds = operationsOf(document).filter(({ path }) => path.includes('{'));
    for (const one of withIds)
      for (const strange of ['not-a-uuid', 'a%00b', `${room.id}0`, `{${room.id}}`])
        // One id after the other is replaced; the others are of something that is there.
        for (const [parameter] of one.path.matchAll(/\{(?!emoji|seq)\w+\}/g)) {
          const path = existing({ ...one, path: one.path.replace(parameter, strange) }).replace(
            '{userId}',
            ada.id,
          );
          const body = bodiesOf(one)[0] && valid(bodiesOf(one)[0]!.properties!);
          const answer = await callerOf(one, somebody).send(one.method, path, body);
          const { detail } = (await answer.json().catch(() => ({}))) as Partial<ProblemDocument>;
          answers.push([nameOf(one), path, answer.status, detail]);
          expect([nameOf(one), '404' in one.operation.responses]).toEqual([nameOf(one), true]);
        }
    expect(withIds.length).toBeGreaterThan(20);
    for (const answer of answers)
      expect(answer).toEqual([
        expect.anything(),
        expect.anything(),
        404,
        expect.stringMatching(/is not a UUID/),
      ]);
  });

  it('removes what is not there without an error where that is idempotent', async () => {
    expect((await ada.send('DELETE', `/api/me/blocks/${randomUUID()}`)).status).toBe(204);
  });

  it('shows errors of properties and parameters that the operation has', () => {
    for (const one of operationsOf(document)) {
      const examples = Object.values(one.operation.responses).flatMap(({ content }) =>
        Object.entries(content?.['application/problem+json']?.examples ?? {}),
      );
      for (const [code, { value }] of examples) {
        expect(value.type).toBe(`urn:carillon:problem:${code}`);
        if (code !== 'validation-failed' && code !== 'invalid-parameter') continue;
        const known =
          code === 'validation-failed'
            ? bodiesOf(one).flatMap(({ properties }) => Object.keys(properties!))
            : (one.operation.parameters ?? []).map(({ name }) => name);
        expect(value.errors!.length).toBeGreaterThan(0);
        for (const { field, pointer, detail } of value.errors!) {
          if (!detail.startsWith('is an unknown')) expect(known).toContain(field);
          expect(pointer).toBe(code === 'validation-failed' ? `#/${field}` : undefined);
        }
      }
    }
  });

  it('says of a process that is not ready what its example says', async () => {
    const stopping = await startApplication();
    stopping.app.get(Lifecycle, { strict: false }).stop();
    const answer = await fetch(`${stopping.url}/health/ready`);
    const body = (await answer.json()) as { checks: object };
    const { content } = document.paths['/health/ready']!['get']!.responses['503']!;
    const { schema, examples } = content!['application/problem+json']!;
    expect([answer.status, strictlyBy(document.components.schemas)(schema)(body)]).toEqual([
      503,
      [],
    ]);
    const example = examples!['unavailable']!.value as unknown as typeof body;
    expect(Object.keys(body.checks).toSorted()).toEqual(Object.keys(example.checks).toSorted());
    await stopping.stop();
  });

  it('shows addresses in Location and Link that are those of a route', () => {
    const isRoute = (address: string): boolean =>
      operationsOf(document).some(
        ({ path, method }) =>
          method === 'GET' && new RegExp(`^${path.replaceAll(/\{\w+\}/g, UUID)}$`).test(address),
      );
    for (const { path, operation } of operationsOf(document))
      for (const { headers } of Object.values(operation.responses)) {
        if (headers?.['Location']) expect(isRoute(headers['Location'].example!)).toBe(true);
        const links = [...(headers?.['Link']?.example ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)];
        if (headers?.['Link']) expect(links.length).toBeGreaterThan(0);
        for (const [, link] of links) {
          const { pathname, searchParams } = new URL(link!, 'http://localhost');
          expect(pathname).toMatch(new RegExp(`^${path.replaceAll(/\{\w+\}/g, UUID)}$`));
          const names = operation.parameters!.map(({ name }) => name);
          expect(names).toEqual(expect.arrayContaining([...searchParams.keys()]));
        }
      }
  });
});

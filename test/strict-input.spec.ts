import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { ProblemDocument } from '../src/http/problems.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { addKey, type TestKey } from './support/keys.js';
import { Person } from './support/people.js';
import { rawExchange } from './support/raw-exchange.js';
import { type Mistakes, strictlyBy } from './support/strict-schemas.js';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Answer {
  readonly status: number;
  readonly problem: Partial<ProblemDocument>;
}

/** Bodies that are right, where the required members alone are not. */
const bodiesWith = (userId: string): Readonly<Record<string, readonly object[]>> => ({
  createRoom: [
    { kind: 'public', name: 'Analysis' },
    { kind: 'direct', userId },
  ],
  publishEvents: [{ topic: 'orders/42', type: 'order.shipped', data: {} }],
  sendNotification: [{ to: { everyone: true }, kind: 'shop', title: 'Sale' }],
  deleteAccount: [{ password: 'a wrong password' }],
  updateUser: [{ firstname: 'Ada' }],
  updateRoom: [{ name: 'Synthesis' }],
});

const TEXTS = [
  '',
  ' ',
  'x',
  'true',
  '1',
  'null',
  '\0',
  '2026-02-30',
  'a\u0007b',
  'ä ö',
  '%',
].concat('x'.repeat(9000));
const OTHERS = [null, true, false, 0, -1, 1.5, 2 ** 53, 1e300, [], ['x'], [null], {}, { x: 1 }];

/** Values of all types, and at the edges of what a schema allows. */
function valuesAround({
  minimum,
  maximum,
  minLength,
  maxLength,
  maxItems,
  items,
}: Schema): unknown[] {
  return [
    ...TEXTS,
    ...OTHERS,
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + 1]),
    ...(minLength === undefined ? [] : ['x'.repeat(Math.max(0, minLength - 1))]),
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
    ...(maxItems === undefined ? [] : [Array(maxItems + 1).fill('x')]),
    ...(items?.maxLength === undefined ? [] : [['x'.repeat(items.maxLength + 1)]]),
  ];
}

describe('whatever the description of the API forbids, the server refuses', () => {
  let application: RunningApplication;
  let document: Document;
  let mistakesBy: (schema: object) => Mistakes;
  let ada: Person;
  let bob: Person;
  let shop: TestKey;

  beforeAll(async () => {
    application = await startApplication({ SEARCHES_PER_MINUTE: '100000' });
    document = (await (await fetch(`${application.url}/api/openapi.json`)).json()) as Document;
    mistakesBy = strictlyBy(document.components.schemas);
    ada = await Person.signUp(application.url, 'ada');
    bob = await Person.signUp(application.url, 'bob');
    shop = await addKey(application, { publish: ['orders/42'], notify: true });
  });
  afterAll(() => application.stop());

  /** With a client that sends a body with any method. */
  const send = (method: string, path: string, body?: string, headers = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(
        application.url + path,
        {
          method,
          headers: {
            ...(method === 'POST' && /^\/api\/(notifications|events)/.test(path) ? shop : ada)
              .bearer,
            ...(body !== undefined && {
              'Content-Type': 'application/json',
              'Content-Length': Buffer.byteLength(body),
            }),
            ...headers,
          },
        },
        (response) => {
          const isProblem = response.headers['content-type'] === 'application/problem+json';
          if (!isProblem || method === 'HEAD') {
            // A stream would not end.
            response.destroy();
            return resolve({ status: response.statusCode!, problem: {} });
          }
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          return response.on('end', () =>
            resolve({ status: response.statusCode!, problem: JSON.parse(text) as ProblemDocument }),
          );
        },
      );
      sent.on('error', reject).end(body);
    });

  const operations = () =>
    Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/api/'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          operationId: operation.operationId,
          requestBody: operation.requestBody,
          method: method.toUpperCase(),
          path: path.replace('{seq}', '1').replaceAll(/\{\w+\}/g, () => randomUUID()),
          query: (operation.parameters ?? []).filter((parameter) => parameter.in === 'query'),
        })),
      );

  const resolve = (ref: string): Schema => document.components.schemas[ref.split('/').at(-1)!]!;
  const forbids = (schema: Schema, value: unknown): boolean => mistakesBy(schema)(value).length > 0;
  const isObject = ({ type }: Schema): boolean => type !== 'array';
  const resolved = (schema: Schema): Schema => (schema.$ref ? resolve(schema.$ref) : schema);
  const exampleOf = (schema: Schema): unknown =>
    schema.examples?.[0] ??
    schema.default ??
    schema.enum?.[0] ??
    (schema.format === 'uuid' ? randomUUID() : (schema.minimum ?? 'example'));

  const fieldsOf = ({ problem }: Answer): string[] =>
    (problem.errors ?? []).map(({ field }) => field);

  describe('in queries', () => {
    const address = (path: string, pairs: readonly (readonly [string, string])[]) =>
      `${path}?${new URLSearchParams(pairs as [string, string][]).toString()}`;

    it('an empty name, which the error shows in quotes', async () => {
      const { problem } = await send('GET', '/api/users?=1');
      expect(problem.detail).toMatch(/^"" is an unknown parameter\./);
      const names = { firstname: 'Ada', lastname: 'LOVELACE', '': 1 };
      const body = await send('POST', '/api/users', JSON.stringify(names));
      expect(body.problem.detail).toBe('"" is an unknown property.');
    });

    it('unknown parameters of every address, with the names of those that it knows', async () => {
      for (const { method, path, query, operationId } of operations()) {
        const methods = method === 'GET' ? ['GET', 'HEAD'] : [method];
        for (const one of methods)
          for (const name of ['nonsense', 'constructor', '__proto__', 'limit[]', 'Limit', 'q[a]']) {
            const answer = await send(one, `${path}?${encodeURIComponent(name)}=1`);
            expect([operationId, name, answer.status]).toEqual([operationId, name, 400]);
            if (one === 'HEAD') continue;
            expect(fieldsOf(answer)).toContain(name);
            const known = query.map((parameter) => parameter.name).toSorted();
            const accepted = /This address accepts (.*)\.$/.exec(answer.problem.detail!)![1]!;
            expect([operationId, accepted.split(', ').toSorted()]).toEqual([
              operationId,
              known.length > 0 ? known : ['no parameters'],
            ]);
          }
      }
    });

    it('parameters that are there twice, of another type, too long or out of range', async () => {
      let tried = 0;
      for (const { method, path, query, operationId } of operations())
        for (const { name, schema } of query) {
          const others = query
            .filter((parameter) => parameter.required && parameter.name !== name)
            .map((parameter) => [parameter.name, String(exampleOf(parameter.schema))] as const);
          const refused = async (...values: string[]) => {
            const pairs = [...others, ...values.map((value) => [name, value] as const)];
            const answer = await send(method, address(path, pairs));
            expect([operationId, name, values, answer.status]).toEqual([
              operationId,
              name,
              values,
              400,
            ]);
            // So many are refused before they are looked at.
            if (values.length <= 100) expect(fieldsOf(answer)).toContain(name);
            tried++;
          };
          const isList = schema.type === 'array';
          const example = String(exampleOf(schema));
          if (!isList) await refused(example, example);
          for (const value of valuesAround(schema)) {
            if (typeof value === 'object' && !(isList && Array.isArray(value))) continue;
            const texts = [value].flat().map(String);
            const read = texts.map((text) =>
              /^-?[\d.]+$/.test(text) && !isList && schema.type !== 'string' ? Number(text) : text,
            );
            if (texts.length > 0 && forbids(schema, isList ? read : read[0]))
              await refused(...texts);
          }
        }
      expect(tried).toBeGreaterThan(100);
    });

    it('the absence of parameters that are required', async () => {
      for (const { method, path, query } of operations())
        for (const { name } of query.filter(({ required }) => required))
          expect(fieldsOf(await send(method, path))).toContain(name);
    });
  });

  describe('in bodies', () => {
    const withBody = () => {
      const found = operations().filter(
        ({ requestBody }) => requestBody?.content['application/json'],
      );
      return found.flatMap((operation) => {
        const schema = resolved(operation.requestBody!.content['application/json']!.schema);
        const alternatives = (schema.oneOf ?? [schema]).map(resolved);
        const takesLists = !alternatives.every(isObject);
        return alternatives.filter(isObject).map((one, index) => {
          const required = (one.required ?? []).map(
            (name) => [name, exampleOf(one.properties![name]!)] as const,
          );
          const given = bodiesWith(bob.id)[operation.operationId]?.[index];
          const base = given ?? Object.fromEntries(required);
          return Object.assign({ schema: one, base, takesLists }, operation);
        });
      });
    };

    it('take what is right', async () => {
      for (const { method, path, base, operationId } of withBody()) {
        const { status } = await send(method, path, JSON.stringify(base));
        expect([operationId, [400, 415, 422].includes(status)]).toEqual([operationId, false]);
        ada = await Person.signIn(application.url, 'ada');
      }
    });

    it('members that are unknown, missing or not as they must be', async () => {
      let tried = 0;
      for (const { method, path, schema, base, operationId } of withBody()) {
        const refused = async (body: object, name: string) => {
          const answer = await send(method, path, JSON.stringify(body));
          const value = JSON.stringify((body as Record<string, unknown>)[name])?.slice(0, 100);
          expect([operationId, name, value, answer.status, answer.problem.errors]).toEqual([
            operationId,
            name,
            value,
            422,
            expect.arrayContaining([
              expect.objectContaining({ field: name, pointer: `#/${name}` }),
            ]),
          ]);
          tried++;
        };
        for (const name of ['nonsense', 'constructor', 'toString', '', ...inOtherCase(schema)])
          await refused({ ...base, [name]: 1 }, name);
        for (const name of schema.required ?? [])
          await refused({ ...base, [name]: undefined }, name);
        for (const [name, member] of Object.entries(schema.properties ?? {}))
          for (const value of valuesAround(resolved(member)))
            if (forbids(member, value)) await refused({ ...base, [name]: value }, name);
      }
      expect(tried).toBeGreaterThan(300);
    });

    const inOtherCase = ({ properties = {} }: Schema): string[] =>
      Object.keys(properties).map((name) => name.toUpperCase());

    it('what is not an object, or has too few members, or one twice', async () => {
      for (const {
        method,
        path,
        schema,
        base,
        operationId,
        requestBody,
        takesLists,
      } of withBody()) {
        const statusOf = async (body?: string) => (await send(method, path, body)).status;
        const [[name, value] = ['x', 1]] = Object.entries(base);
        const twice = `{"${name}":${JSON.stringify(value)},${JSON.stringify(base).slice(1)}`;
        const list = `[${JSON.stringify(base)}]`;
        const wrong = ['null', '[]', '"x"', '5', 'true', ...(takesLists ? [] : [list])];
        for (const body of wrong)
          expect([operationId, body, await statusOf(body)]).toEqual([operationId, body, 422]);
        if (Object.keys(base).length > 0)
          expect([operationId, await statusOf(twice)]).toEqual([operationId, 400]);
        if (requestBody!.required)
          expect([operationId, await statusOf()]).toEqual([operationId, 422]);
        if (forbids(schema, {}))
          expect([operationId, await statusOf('{}')]).toEqual([operationId, 422]);
      }
    });

    it('any body where there is none', async () => {
      const without = operations().filter(({ requestBody }) => !requestBody);
      expect(without.length).toBeGreaterThan(20);
      for (const { method, path, operationId, query } of without)
        for (const body of ['{"x":1}', '[]', 'null', '"x"']) {
          const needed = query.filter(({ required }) => required).map(({ name }) => `${name}=x`);
          const { status, problem } = await send(method, `${path}?${needed.join('&')}`, body);
          expect([operationId, body, status]).toEqual([operationId, body, 422]);
          expect(problem.detail).toContain('This request takes no body');
        }
      const { status, problem } = await send('DELETE', '/api/users/x', 'x=1', {
        'Content-Type': 'application/x-www-form-urlencoded',
      });
      expect([status, problem.type]).toEqual([415, 'urn:carillon:problem:unsupported-media-type']);
    });

    it('but not a body that says nothing, which many clients send', async () => {
      const room = await ada.makes('Open to all');
      const join = `/api/rooms/${room.id}/members`;
      const statuses = [
        await send('POST', join),
        await send('POST', join, '{}'),
        await send('POST', join, '', { 'Content-Type': 'text/plain' }),
        await send('POST', join, '', { 'Transfer-Encoding': 'chunked', 'Content-Length': [] }),
        await send('GET', '/api/users', undefined, { 'Content-Type': 'application/json' }),
        await send('GET', '/api/users', '{}'),
        await send('DELETE', `/api/me/blocks/${bob.id}`, ''),
        await send('DELETE', `/api/me/blocks/${bob.id}`, '{}'),
      ].map(({ status }) => status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 204, 204]);
    });

    it.each([
      ['without headers', ''],
      ['with a media type that is not read', 'Content-Type: text/plain\r\n'],
      ['with a coding', 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n'],
    ])('nor an empty one, however it is framed: %s', async (_, headers) => {
      const { id } = await ada.makes('Open to all');
      const head = `POST /api/rooms/${id}/typing HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${ada.bearer.Authorization}\r\n`;
      const framings = ['Content-Length: 0\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n'];
      for (const framing of framings)
        expect(await rawExchange(application.port, head + headers + framing)).toMatch(
          /^HTTP\/1\.1 204 /,
        );
    });

    it('a name that two members of one object have, however it is written', async () => {
      const names = '"firstname":"Ada","lastname":"LOVELACE"';
      const statusOf = async (body: string) => (await send('POST', '/api/users', body)).status;
      expect(await statusOf(`{${names}}`)).toBe(201);
      expect(await statusOf(`{${names.replace('Ada', '\\"firstname\\":')}}`)).toBe(201);
      const again = [
        `{${names},"lastname":"LOVELACE"}`,
        `{${names},"last\\u006eame":"x"}`,
        `{ "lastname" : 1 , ${names} }`,
      ];
      for (const body of again) {
        const { status, problem } = await send('POST', '/api/users', body);
        expect([body, status, problem.detail]).toEqual([
          body,
          400,
          'The body has an object with two members named "lastname".',
        ]);
      }
      expect(
        fieldsOf(await send('POST', '/api/users', `{${names},"a":[{"b":1},{"b":1}]}`)),
      ).toEqual(['a']);
      expect(await statusOf(`{${names},"a":[{"b":1,"c":{},"b":1}]}`)).toBe(400);
    });

    it('members that are of another kind of room', async () => {
      for (const [body, field, kind] of [
        [{ kind: 'public', name: 'x', userId: bob.id }, 'userId', 'public'],
        [{ kind: 'private', name: 'x', userId: bob.id }, 'userId', 'private'],
        [{ kind: 'direct', name: 'x', userId: bob.id }, 'name', 'direct'],
      ] as const) {
        const { status, problem } = await send('POST', '/api/rooms', JSON.stringify(body));
        expect([status, problem.errors]).toEqual([
          422,
          [{ field, pointer: `#/${field}`, detail: `must be left out of a ${kind} room` }],
        ]);
      }
    });
  });

  it('but nothing of a probe, nor a request that would be refused in any case', async () => {
    expect((await send('GET', '/health/live?nonsense=1')).status).toBe(200);
    expect((await send('GET', '/health/ready', '{"x":1}')).status).toBe(200);
    expect((await send('POST', '/api/users/event?lastEventId=x', '{"x":1}')).status).toBe(405);
    expect((await send('POST', '/api/nothing?nonsense=1', '{"x":1}')).status).toBe(404);
  });
});

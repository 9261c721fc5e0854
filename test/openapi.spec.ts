import { readFileSync } from 'node:fs';
import { PROBLEMS } from '../src/http/problems.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { linters } from './support/description-linters.js';
import { eventsIn, FrameValidator, type ItemSchema } from './support/event-schemas.js';

interface Parameter {
  readonly name: string;
  readonly schema: object;
}

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly responses: Record<
    string,
    {
      readonly description: string;
      readonly headers?: Record<string, unknown>;
      readonly content?: Record<
        string,
        { readonly examples?: Record<string, { value: unknown }>; readonly itemSchema?: ItemSchema }
      >;
    }
  >;
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly info: { readonly contact: { readonly url?: string } };
  readonly servers: readonly { readonly url: string }[];
  readonly components: { readonly schemas: Record<string, Schema> };
}

describe('the API description', () => {
  let application: RunningApplication;
  let document: Document;
  let older: Document;

  beforeAll(async () => {
    application = await startApplication();
    document = await described('openapi.json');
    older = await described('openapi-3.1.json');
  });
  afterAll(() => application.stop());

  const described = async (name: string): Promise<Document> =>
    (await (await fetch(`${application.url}/api/${name}`)).json()) as Document;

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  describe.each(Object.entries(linters))('checked by %s', (_name, lint) => {
    it('is OpenAPI 3.2 with nothing to report', async () => {
      expect(document.openapi).toBe('3.2.0');
      expect(await lint(document)).toEqual([]);
    });

    it('is OpenAPI 3.1 for generators, with nothing to report', async () => {
      expect(older.openapi).toBe('3.1.1');
      expect(await lint(older)).toEqual([]);
    });

    it('would be reported if it were wrong', async () => {
      const { responses: _responses, ...broken } = document.paths['/api/users/{id}']!['get']!;
      const path = { get: { ...broken, parameters: [{ name: 'id', in: 'path' }] } };
      const { components: _components, ...rest } = document;
      // Linters take long for the whole document, and what they find has to be in this operation.
      const found = await lint({ ...rest, paths: { '/api/users/{id}': path } });
      expect(found).toContainEqual(expect.stringMatching(/\{id\}\/get\/parameters\/0/));
    });
  });

  /** As generators for Java, Kotlin and Go name what they make of a parameter. */
  const generated = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');

  it('has no two parameters from which a generator would make the same name', () => {
    const names = operations().map(({ operation: { parameters = [] } }) =>
      parameters.map(({ name }) => name),
    );
    for (const inOne of names) expect(new Set(inOne.map(generated)).size).toBe(inOne.length);
    const all = [...new Set(names.flat())];
    expect(new Set(all.map(generated)).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(15);
  });

  const isCursor = ({ name, schema }: Parameter): boolean =>
    name === 'after' && 'pattern' in schema;

  it('prefills no parameter but with its default, and nothing that must be unique', () => {
    for (const { operation } of operations())
      for (const parameter of operation.parameters ?? []) {
        expect(parameter).not.toHaveProperty('example');
        expect(parameter).not.toHaveProperty('examples');
        expect(parameter.schema).not.toHaveProperty('example');
        // No cursor and no key is good for everyone; the `after` of messages is a number of theirs.
        if (parameter.name !== 'Idempotency-Key' && !isCursor(parameter)) continue;
        expect(parameter.schema).not.toHaveProperty('examples');
        expect(parameter.schema).not.toHaveProperty('default');
        expect(parameter.schema).not.toHaveProperty('format');
      }
    const { PostMessageBody, CreateAccountBody } = document.components.schemas;
    for (const unique of [
      PostMessageBody!.properties!['clientId'],
      CreateAccountBody!.properties!['username'],
    ]) {
      expect(unique).toHaveProperty('description');
      for (const name of ['example', 'examples', 'default'])
        expect(unique).not.toHaveProperty(name);
    }
  });

  it('names the schema of each body, so that a generator makes a type of it', () => {
    const bodies = operations().flatMap(({ operation: { requestBody } }) =>
      Object.entries(requestBody?.content ?? {}).flatMap(([type, media]) =>
        type === 'application/octet-stream' ? [] : [media],
      ),
    );
    for (const { schema } of bodies)
      expect(schema).toEqual({ $ref: expect.stringMatching(/^#\/components\/schemas\/\w+Body$/) });
    expect(bodies.length).toBeGreaterThan(10);
    expect(document.components.schemas['CreateRoomBody']).toMatchObject({
      oneOf: [
        { $ref: '#/components/schemas/CreateNamedRoomBody' },
        { $ref: '#/components/schemas/OpenDirectBody' },
      ],
      discriminator: { propertyName: 'kind' },
    });
  });

  it('describes each schema of a body or a response, and each of their properties', () => {
    for (const [name, { description, properties = {} }] of Object.entries(
      document.components.schemas,
    )) {
      expect([name, description]).toEqual([name, expect.stringMatching(/\.$/)]);
      for (const [property, schema] of Object.entries(properties)) {
        const isDescribed = '$ref' in schema || 'const' in schema || 'contentSchema' in schema;
        const where = `${name}.${property}`;
        if (!isDescribed)
          expect([where, schema.description]).toEqual([where, expect.stringMatching(/\S.*\.$/)]);
      }
    }
  });

  it('says of each refusal what this operation refuses', () => {
    for (const { operation } of operations()) {
      const examples = Object.values(operation.responses).flatMap(({ content }) =>
        Object.entries(content?.['application/problem+json']?.examples ?? {}),
      );
      for (const [code, { value }] of examples) {
        if (!['forbidden', 'not-found', 'conflict'].includes(code)) continue;
        const { detail } = value as { detail: string };
        const { title } = PROBLEMS[code as keyof typeof PROBLEMS];
        expect([operation.operationId, detail]).not.toEqual([operation.operationId, `${title}.`]);
      }
    }
  });

  it('names as servers where PUBLIC_URL says that browsers reach the service', async () => {
    expect(document.servers).toEqual([expect.objectContaining({ url: '/' })]);
    const urls = ['https://chat.example.com', 'http://chat.internal:8000'];
    const named = await startApplication({ PUBLIC_URL: urls.join(' ') });
    const response = await fetch(`${named.url}/api/openapi.json`);
    const { servers, info } = (await response.json()) as Document;
    expect(servers.map((server) => server.url)).toEqual(urls);
    expect(info.contact.url).toBe(urls[0]);
    await named.stop();
  });

  it('has every address that the application serves, and no other', () => {
    expect(
      operations()
        .map(({ path, method }) => `${method.toUpperCase()} ${path}`)
        .toSorted(),
    ).toEqual([
      'DELETE /api/me',
      'DELETE /api/me/blocks/{userId}',
      'DELETE /api/push/subscription',
      'DELETE /api/rooms/{id}/favourite',
      'DELETE /api/rooms/{id}/invitations/{userId}',
      'DELETE /api/rooms/{id}/members/{userId}',
      'DELETE /api/rooms/{id}/messages/{messageId}',
      'DELETE /api/rooms/{id}/messages/{messageId}/pin',
      'DELETE /api/rooms/{id}/messages/{messageId}/reactions/{emoji}',
      'DELETE /api/rooms/{id}/messages/{messageId}/saved',
      'DELETE /api/session',
      'DELETE /api/sessions',
      'DELETE /api/sessions/{id}',
      'DELETE /api/users/{id}',
      'GET /api/events',
      'GET /api/events/subscriptions',
      'GET /api/me/blocks',
      'GET /api/me/export',
      'GET /api/me/invitations',
      'GET /api/me/notifications',
      'GET /api/me/notifications/read',
      'GET /api/me/rooms',
      'GET /api/me/saved',
      'GET /api/me/threads',
      'GET /api/messages',
      'GET /api/notifications/{id}',
      'GET /api/push/key',
      'GET /api/rooms',
      'GET /api/rooms/{id}',
      'GET /api/rooms/{id}/files/{fileId}',
      'GET /api/rooms/{id}/files/{fileId}/preview',
      'GET /api/rooms/{id}/invitations',
      'GET /api/rooms/{id}/lines',
      'GET /api/rooms/{id}/members',
      'GET /api/rooms/{id}/messages',
      'GET /api/rooms/{id}/messages/{messageId}',
      'GET /api/rooms/{id}/pins',
      'GET /api/rooms/{id}/threads',
      'GET /api/rooms/{id}/threads/{seq}/replies',
      'GET /api/session',
      'GET /api/sessions',
      'GET /api/users',
      'GET /api/users/event',
      'GET /api/users/{id}',
      'GET /health/live',
      'GET /health/ready',
      'PATCH /api/rooms/{id}',
      'PATCH /api/rooms/{id}/members/{userId}',
      'PATCH /api/rooms/{id}/messages/{messageId}',
      'PATCH /api/users/{id}',
      'POST /api/accounts',
      'POST /api/events',
      'POST /api/notifications',
      'POST /api/rooms',
      'POST /api/rooms/{id}/invitations',
      'POST /api/rooms/{id}/members',
      'POST /api/rooms/{id}/messages',
      'POST /api/rooms/{id}/typing',
      'POST /api/session',
      'POST /api/users',
      'PUT /api/me/blocks/{userId}',
      'PUT /api/me/notifications/read',
      'PUT /api/me/password',
      'PUT /api/push/subscription',
      'PUT /api/rooms/{id}/favourite',
      'PUT /api/rooms/{id}/files/{fileId}',
      'PUT /api/rooms/{id}/messages/{messageId}/pin',
      'PUT /api/rooms/{id}/messages/{messageId}/reactions/{emoji}',
      'PUT /api/rooms/{id}/messages/{messageId}/saved',
      'PUT /api/rooms/{id}/notifications',
      'PUT /api/rooms/{id}/read',
      'PUT /api/rooms/{id}/threads/{seq}/read',
      'PUT /api/rooms/{id}/unread',
    ]);
  });

  it('gives each operation a name, its success, and its errors as problem documents', () => {
    for (const { operation } of operations()) {
      expect(operation.operationId).toMatch(/^[a-z]+[A-Za-z]+$/);
      expect(operation.summary).not.toBe('');
      const statuses = Object.keys(operation.responses);
      expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
      for (const status of statuses.filter((status) => Number(status) >= 400)) {
        const { content } = operation.responses[status]!;
        expect(Object.keys(content!)).toEqual(['application/problem+json']);
        const examples = Object.values(content!['application/problem+json']!.examples!);
        for (const { value } of examples) expect(value).toMatchObject({ status: Number(status) });
      }
    }
  });

  it('documents the headers of the conventions', () => {
    const { post, get } = document.paths['/api/users']!;
    expect(Object.keys(post!.responses['201']!.headers!)).toEqual(
      expect.arrayContaining([
        'Location',
        'ETag',
        'Idempotency-Replayed',
        'RateLimit',
        'X-Request-Id',
      ]),
    );
    expect(Object.keys(get!.responses['200']!.headers!)).toEqual(
      expect.arrayContaining(['Last-Event-ID', 'Link']),
    );
    expect(Object.keys(post!.responses)).toEqual(
      expect.arrayContaining(['201', '400', '409', '413', '415', '422', '429', '500', '503']),
    );
  });

  it('documents what a precondition and a preference lead to', () => {
    const { patch } = document.paths['/api/users/{id}']!;
    for (const path of ['/api/users', '/api/users/{id}', '/api/rooms/{id}/messages']) {
      const { get } = document.paths[path]!;
      expect(get!.responses['200']!.headers).toHaveProperty('ETag');
      expect(get!.responses['304']!.headers).toHaveProperty('ETag');
    }
    expect(document.paths['/api/users/event']!['get']!.responses).not.toHaveProperty('304');
    expect(Object.keys(patch!.responses)).toEqual(expect.arrayContaining(['200', '204', '412']));
    expect(patch!.responses['412']!.headers).toHaveProperty('ETag');
  });

  it('documents what signs in, and what is asked of who has not', () => {
    const { post } = document.paths['/api/session']!;
    expect(post!.responses['201']!.headers).toHaveProperty('Set-Cookie');
    expect(post!.responses['401']!.headers).toHaveProperty('WWW-Authenticate');
  });

  it('shows how to subscribe, and names every event that a stream may carry', () => {
    for (const path of ['/api/users/event', '/api/events']) {
      const { description, responses } = document.paths[path]!['get']!;
      expect(description).toContain(`curl -N 'http://localhost:8000${path}'`);
      expect(description).toContain(`new EventSource('http://localhost:8000${path}?lastEventId='`);
      const named = [...description!.matchAll(/^\| `([a-z.]+)` \|/gm)].map(([, name]) => name);
      const { itemSchema } = responses['200']!.content!['text/event-stream']!;
      expect(named).toEqual(eventsIn(document.components.schemas, itemSchema!));
    }
  });

  it('shows the frames of the streams', () => {
    for (const path of ['/api/users/event', '/api/events']) {
      const { content } = document.paths[path]!['get']!.responses['200']!;
      const { examples = {}, itemSchema } = content!['text/event-stream']!;
      const validator = new FrameValidator(document.components.schemas, itemSchema!);
      expect(Object.keys(examples)).toEqual(['opening', 'event', 'heartbeat', 'reset', 'closing']);
      for (const { value } of Object.values(examples)) {
        expect(value).toMatch(/\n\n$/);
        expect(validator.mistakesIn(String(value))).toEqual([]);
      }
    }
  });

  it('is the same for generators as OpenAPI 3.1, where a stream is a string of its events', () => {
    const { openapi, ...described } = structuredClone(document);
    for (const path of ['/api/users/event', '/api/events']) {
      const { content } = described.paths[path]!['get']!.responses['200']!;
      const { itemSchema, ...media } = content!['text/event-stream']!;
      const contentSchema = { type: 'array', items: itemSchema };
      const schema = { type: 'string', contentMediaType: 'text/event-stream', contentSchema };
      content!['text/event-stream'] = { ...media, schema } as typeof media;
    }
    expect(older).toEqual({ ...described, openapi: '3.1.1' });
    expect(JSON.stringify(older)).not.toContain('itemSchema');
    expect(openapi).toBe('3.2.0');
  });

  it('serves Swagger UI without a script that the policy of the page forbids', async () => {
    const response = await fetch(`${application.url}/api/docs`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('swagger-ui');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
    expect(response.headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe/);
  });

  it('explains every problem in docs/problems.md, and nothing else', () => {
    const explained = [
      ...readFileSync('docs/problems.md', 'utf8').matchAll(/^## `([a-z-]+)` \((\d+)\)$/gm),
    ];
    expect(explained.map(([, code, status]) => [code, Number(status)])).toEqual(
      Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]),
    );
  });
});

import { randomUUID } from 'node:crypto';
import { preference } from '../src/http/preferences.js';
import type { Message } from '../src/rooms/message.js';
import type { Room } from '../src/rooms/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { exchange } from './support/exchange.js';
import { PASSWORD, Person } from './support/people.js';
import { createUser } from './support/requests.js';

describe('the preference for what a write returns', () => {
  it.each([
    ['return=minimal', 'minimal'],
    ['Return = "Minimal"', 'minimal'],
    ['return="mini\\mal"', 'minimal'],
    ['respond-async, wait=10, return=minimal', 'minimal'],
    ['return=minimal; note="a, return=representation"', 'minimal'],
    ['note="a, return=minimal", return=representation', 'representation'],
    ['return=minimal, return=representation', 'minimal'],
    ['return=representation;x=y;z', 'representation'],
    [',, return=minimal,', 'minimal'],
    ['return', ''],
    ['return=""', ''],
    ['return=minimal=1', undefined],
    ['return minimal', undefined],
    ['xreturn=minimal', undefined],
    ['foo; return=minimal', undefined],
    ['foo="return=minimal"', undefined],
    ['foo=, return=minimal', 'minimal'],
    ['foo="unclosed, return=minimal', 'minimal'],
    ['', undefined],
    [undefined, undefined],
    [`${'a'.repeat(2000)}, return=minimal`, undefined],
  ])('of %j is %j', (header, expected) => {
    expect(preference(header, 'return')).toBe(expected);
  });
});

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>;
}

/** A request that is new each time: its path and its body. */
type Make = () => Promise<{ path: string; body: object }>;

describe('Prefer', () => {
  let application: RunningApplication;
  let url: string;
  let ada: Person;
  let bob: Person;
  let room: Room;
  let message: Message;
  let operations: (Operation & { method: string })[];

  beforeAll(async () => {
    application = await startApplication();
    url = application.url;
    ada = await Person.signUp(url, 'ada');
    bob = await Person.signUp(url, 'bob');
    room = await ada.makes('Room');
    message = await ada.says(room, 'Said');
    await ada.does('POST', '/api/rooms', { kind: 'direct', userId: bob.id });
    const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>;
    };
    operations = Object.values(document.paths).flatMap((path) =>
      Object.entries(path).map(([method, operation]) => Object.assign(operation, { method })),
    );
  });
  afterAll(() => application.stop());

  let made = 0;
  /** What each operation that documents the header does, and the status of it with a body and without. */
  const requests: Record<string, [Make, number, number][]> = {
    createUser: [
      [async () => ({ path: '/api/users', body: { firstname: 'a', lastname: 'b' } }), 201, 201],
    ],
    updateUser: [
      [
        async () => ({
          path: `/api/users/${(await createUser(url, 'Changed')).id}`,
          body: { firstname: 'x' },
        }),
        200,
        204,
      ],
    ],
    createAccount: [
      [
        async () => ({
          path: '/api/accounts',
          body: { username: `user${made++}`, password: PASSWORD },
        }),
        201,
        201,
      ],
    ],
    createRoom: [
      [async () => ({ path: '/api/rooms', body: { kind: 'public', name: `${made++}` } }), 201, 201],
      [async () => ({ path: '/api/rooms', body: { kind: 'direct', userId: bob.id } }), 200, 204],
    ],
    updateRoom: [
      [async () => ({ path: `/api/rooms/${room.id}`, body: { name: `${made++}` } }), 200, 204],
    ],
    postMessage: [
      [
        async () => ({
          path: `/api/rooms/${room.id}/messages`,
          body: { clientId: randomUUID(), text: 'x' },
        }),
        201,
        201,
      ],
    ],
    editMessage: [
      [
        async () => ({
          path: `/api/rooms/${room.id}/messages/${message.id}`,
          body: { text: `${made++}` },
        }),
        200,
        204,
      ],
    ],
  };

  const documented = () =>
    operations.filter(({ parameters = [] }) => parameters.some(({ name }) => name === 'Prefer'));

  it('is documented for exactly these operations', () => {
    expect(
      documented()
        .map(({ operationId }) => operationId)
        .toSorted(),
    ).toEqual(Object.keys(requests).toSorted());
  });

  it.each([
    ['return=minimal', false],
    ['return=representation', true],
    ['respond-async', true],
    [undefined, true],
  ])('%s is followed by each of them as it is documented', async (prefer, hasBody) => {
    for (const { operationId, method, responses } of documented())
      for (const [make, whole, minimal] of requests[operationId]!) {
        const { path, body } = await make();
        const headers = { ...ada.bearer, ...(prefer && { Prefer: prefer }) };
        const answer = await exchange(url + path, headers, method.toUpperCase(), body);
        expect([operationId, answer.status]).toEqual([operationId, hasBody ? whole : minimal]);
        expect([operationId, answer.body.length > 0]).toEqual([operationId, hasBody]);
        if (answer.status === 201 && !hasBody) expect(answer.headers['content-length']).toBe('0');
        const applied = prefer?.startsWith('return=') ? prefer : undefined;
        expect(answer.headers['preference-applied']).toBe(applied);
        expect(answer.headers.etag).toMatch(/^"/);
        const told = Object.keys(responses[answer.status]?.headers ?? {});
        for (const name of ['Location', 'ETag', 'Preference-Applied'])
          if (name.toLowerCase() in answer.headers)
            expect([operationId, answer.status, told]).toEqual([
              operationId,
              answer.status,
              expect.arrayContaining([name]),
            ]);
      }
  });

  it('is followed by a repeat with an Idempotency-Key, too', async () => {
    const headers = { 'Idempotency-Key': 'repeat', Prefer: 'return=minimal' };
    const body = { firstname: 'Once', lastname: 'DOE' };
    for (const replayed of [undefined, 'true']) {
      const answer = await exchange(`${url}/api/users`, headers, 'POST', body);
      expect(answer.status).toBe(201);
      expect(answer.body).toHaveLength(0);
      expect(answer.headers).toMatchObject({
        'content-length': '0',
        'preference-applied': 'return=minimal',
        location: expect.stringMatching(/^\/api\/users\//) as string,
        etag: expect.stringMatching(/^"/) as string,
      });
      expect(answer.headers['idempotency-replayed']).toBe(replayed);
    }
  });

  it('means nothing elsewhere', async () => {
    const headers = { ...ada.bearer, Prefer: 'return=minimal' };
    const list = await exchange(`${url}/api/users`, headers);
    expect(list.body.length).toBeGreaterThan(10);
    const signIn = { username: 'ada', password: PASSWORD };
    const session = await exchange(`${url}/api/session`, headers, 'POST', signIn);
    expect(session.body.toString()).toContain('token');
    for (const answer of [list, session])
      expect(answer.headers).not.toHaveProperty('preference-applied');
  });
});

import { randomUUID } from 'node:crypto';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { exchange } from './support/exchange.js';
import { addKey, type TestKey } from './support/keys.js';
import { PASSWORD, Person } from './support/people.js';
import { createUser } from './support/requests.js';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>;
}

const MINIMAL = { Prefer: 'return=minimal' };
const ONCE = { firstname: 'Once', lastname: 'DOE' };

/** A request that is new each time: its path and its body. */
type Make = () => Promise<{ path: string; body: object }>;

describe('Prefer', () => {
  let application: RunningApplication;
  let url: string;
  let ada: Person;
  let bob: Person;
  let shop: TestKey;
  let room: Room;
  let message: Message;
  let operations: (Operation & { method: string })[];

  beforeAll(async () => {
    application = await startApplication();
    url = application.url;
    ada = await Person.signUp(url, 'ada');
    bob = await Person.signUp(url, 'bob');
    shop = await addKey(application, { notify: true });
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
      [async () => ({ path: '/api/users', body: { firstname: 'a', lastname: 'b' } }), 201, 204],
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
        204,
      ],
    ],
    createRoom: [
      [async () => ({ path: '/api/rooms', body: { kind: 'public', name: `${made++}` } }), 201, 204],
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
        204,
      ],
    ],
    sendNotification: [
      [
        async () => ({
          path: '/api/notifications',
          body: { to: { userId: ada.id }, kind: 'test', title: `${made++}` },
        }),
        201,
        204,
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
  ])('%s is applied by each of them as documented', async (prefer, hasBody) => {
    for (const { operationId, method, responses } of documented())
      for (const [make, whole, minimal] of requests[operationId]!) {
        const { path, body } = await make();
        const { bearer } = operationId === 'sendNotification' ? shop : ada;
        const headers = { ...bearer, ...(prefer && { Prefer: prefer }) };
        const answer = await exchange(url + path, headers, method.toUpperCase(), body);
        expect([operationId, answer.status]).toEqual([operationId, hasBody ? whole : minimal]);
        expect([operationId, answer.body.length > 0]).toEqual([operationId, hasBody]);
        const applied = prefer?.startsWith('return=') ? prefer : undefined;
        expect(answer.headers['preference-applied']).toBe(applied);
        expect(answer.headers.etag).toMatch(/^"/);
        const delivered = Object.keys(responses[answer.status]?.headers ?? {});
        for (const name of ['Location', 'ETag', 'Preference-Applied'])
          if (name.toLowerCase() in answer.headers)
            expect([operationId, answer.status, delivered]).toEqual([
              operationId,
              answer.status,
              expect.arrayContaining([name]),
            ]);
      }
  });

  it.each([
    ['once asked for', [MINIMAL, undefined]],
    ['asked for only by the repeat', [undefined, MINIMAL]],
    ['asked for twice', [MINIMAL, MINIMAL]],
  ])(
    'applies to each request separately with an Idempotency-Key: %s',
    async (_name, preferences) => {
      const key = { 'Idempotency-Key': randomUUID() };
      const locations = new Set<unknown>();
      for (const [n, prefer] of preferences.entries()) {
        const headers = { ...key, ...prefer };
        const answer = await exchange(`${url}/api/users`, headers, 'POST', ONCE);
        expect([answer.status, answer.body.length > 0]).toEqual(
          prefer ? [204, false] : [201, true],
        );
        expect(answer.headers['preference-applied']).toBe(prefer?.Prefer);
        expect(answer.headers['idempotency-replayed']).toBe(n === 0 ? undefined : 'true');
        expect(answer.headers.etag).toMatch(/^"/);
        locations.add(answer.headers.location);
      }
      expect([...locations]).toEqual([expect.stringMatching(/^\/api\/users\//)]);
    },
  );

  it('does not apply to a repeat without the header', async () => {
    const open = await bob.makes('Open');
    const headers = { ...ada.bearer, ...MINIMAL, 'Idempotency-Key': randomUUID() };
    for (const _ of ['first', 'repeat']) {
      const answer = await exchange(`${url}/api/rooms/${open.id}/members`, headers, 'POST');
      expect([answer.status, answer.body.length > 0]).toEqual([201, true]);
      expect(answer.headers).not.toHaveProperty('preference-applied');
    }
  });

  it('has no effect on other operations', async () => {
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

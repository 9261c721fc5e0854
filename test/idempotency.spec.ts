import { Database, UnitOfWork } from '@carillon/nestjs';
import { Installation } from '@carillon/nestjs/internal';
import type { Type } from '@nestjs/common';
import { createHash, randomUUID } from 'node:crypto';
import { canonicalJson } from '../src/http/canonical-json.js';
import { IdempotencyKeys } from '../src/http/idempotency-keys.js';
import type { Quota } from '../src/http/quota.js';
import { ContactQuota } from '../src/rooms/invitations/contact-quota.js';
import { MembershipQuota } from '../src/rooms/members/membership-quota.js';
import { CONTACTS_PER_HOUR, MEMBERSHIP_CHANGES_PER_HOUR } from '../src/rooms/room/limits.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Membership, Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { addKey } from './support/keys.js';
import { Person } from './support/people.js';
import { rawExchange } from './support/raw-exchange.js';
import { listUsers, post, problemCode } from './support/requests.js';
import { runTwice } from './support/run-twice.js';

const USER = { firstname: 'John', lastname: 'DOE' };

describe.each(ENGINES)('a POST with an Idempotency-Key on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let url: string;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
    url = application.url;
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const once = (key: string, body: object | string = USER, path = '/api/users') =>
    post(url + path, body, { 'Idempotency-Key': key });
  const named = async (firstname: string) =>
    (await listUsers(url, '?limit=1000')).filter((user) => user.firstname === firstname);

  it('is carried out once, and a repeat gets the same response', async () => {
    const body = { firstname: 'Once', lastname: 'Only' };
    const first = await once('key-1', body);
    const repeat = await once('key-1', body);

    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(repeat.status).toBe(201);
    expect(repeat.headers.get('idempotency-replayed')).toBe('true');
    expect(await repeat.text()).toBe(await first.text());
    for (const header of ['location', 'etag'])
      expect(repeat.headers.get(header)).toBe(first.headers.get(header));
    expect(await named('Once')).toHaveLength(1);
  });

  it('accepts the key with and without the quotes of the draft', async () => {
    await once('"quoted"', { firstname: 'Quoted', lastname: 'x' });
    await once('quoted', { firstname: 'Quoted', lastname: 'x' });
    expect(await named('Quoted')).toHaveLength(1);
  });

  it('gets a response without a body again, too', async () => {
    const headers = { 'Idempotency-Key': 'minimal', Prefer: 'return=minimal' };
    const answers = [
      await post(`${url}/api/users`, USER, headers),
      await post(`${url}/api/users`, USER, headers),
    ];
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect(await answers[1]!.text()).toBe('');
    expect(answers[1]!.headers.get('location')).toBe(answers[0]!.headers.get('location'));
  });

  it('gets 422 if its key was used with another body', async () => {
    await once('key-2', { firstname: 'First', lastname: 'x' });
    const other = await once('key-2', { firstname: 'Second', lastname: 'x' });
    expect(other.status).toBe(422);
    expect(await problemCode(other)).toBe('idempotency-key-reused');
    expect(await named('Second')).toHaveLength(0);
  });

  it('creates one user when it is sent twenty times at once, each answered with that user or 409', async () => {
    const body = { firstname: 'Twenty', lastname: 'x' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => once('key-3', body)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].every((status) => status === 201 || status === 409)).toBe(true);
    expect(statuses).toContain(201);
    expect(await named('Twenty')).toHaveLength(1);
  });

  it('is carried out if the first request failed', async () => {
    expect((await once('key-4', { firstname: 'x' })).status).toBe(422);
    expect((await once('key-4', { firstname: 'Retried', lastname: 'x' })).status).toBe(201);
  });

  it('has its body compared as JSON, regardless of the order of members and of white space', async () => {
    const first = await once('reordered', '{"firstname":"Reordered","lastname":"x"}');
    const repeat = await once('reordered', '{ "lastname": "x",\n "firstname": "Reordered" }');
    expect([first.status, repeat.status]).toEqual([201, 201]);
    expect(await repeat.json()).toEqual(await first.json());
    expect(await named('Reordered')).toHaveLength(1);
  });

  it('is refused if its body is nested too deeply', async () => {
    const deep = `{"firstname":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    const refused = await once('deep', deep);
    expect([refused.status, await problemCode(refused)]).toEqual([400, 'malformed-request']);
  });

  describe('of a signed-in user', () => {
    let ada: Person;
    let bob: Person;

    beforeAll(async () => {
      [ada, bob] = [await Person.signUp(url, 'ada'), await Person.signUp(url, 'bob')];
    });

    const posts = (who: Person, path: string, body?: object) => {
      const key = { 'Idempotency-Key': randomUUID() };
      return () => who.send('POST', path, body, key);
    };
    const answer = async (response: Response) => ({
      status: response.status,
      replayed: response.headers.get('idempotency-replayed'),
      body: await response.json(),
    });

    it('reveals nothing of a room that they have been removed from', async () => {
      const room = await ada.makes('Secrets', 'private');
      await ada.does('POST', `/api/rooms/${room.id}/invitations`, { userId: bob.id });
      const join = posts(bob, `/api/rooms/${room.id}/members`);
      const said = posts(bob, `/api/rooms/${room.id}/messages`, {
        clientId: randomUUID(),
        text: 'Bye',
      });
      expect([(await join()).status, (await said()).status]).toEqual([201, 201]);
      await ada.says(room, 'the plan');
      const { status, replayed, body } = await answer(await join());
      expect([status, replayed]).toEqual([201, 'true']);
      expect((body as Membership).lastMessage?.text).toBe('the plan');

      await ada.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
      for (const repeat of [join, said]) {
        const refused = await repeat();
        expect([refused.status, await problemCode(refused.clone())]).toEqual([404, 'not-found']);
        expect(refused.headers.get('idempotency-replayed')).toBeNull();
        expect(await refused.text()).not.toContain('the plan');
      }
      expect((await bob.send('GET', `/api/rooms/${room.id}`)).status).toBe(404);
    });

    it('does not let them rejoin a public room', async () => {
      const room = await ada.makes('Open');
      const join = posts(bob, `/api/rooms/${room.id}/members`);
      expect((await join()).status).toBe(201);
      await ada.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
      expect((await join()).status).toBe(403);
    });

    it('gets the invitation again while it exists', async () => {
      const room = await ada.makes('By invitation', 'private');
      const invite = posts(ada, `/api/rooms/${room.id}/invitations`, { userId: bob.id });
      const first = await answer(await invite());
      expect(await answer(await invite())).toEqual({ ...first, replayed: 'true' });
      await ada.does('DELETE', `/api/rooms/${room.id}/invitations/${bob.id}`);
      expect((await invite()).status).toBe(404);
    });

    it('gets the current message, and the text is not stored with the key', async () => {
      const room = await ada.makes('Edited');
      const body = { clientId: randomUUID(), text: 'a slip of the tongue' };
      const say = posts(ada, `/api/rooms/${room.id}/messages`, body);
      const { id } = (await (await say()).json()) as Message;
      await ada.does('PATCH', `/api/rooms/${room.id}/messages/${id}`, { text: 'well said' });
      const repeat = await say();
      expect(repeat.status).toBe(201);
      expect(repeat.headers.get('location')).toBe(`/api/rooms/${room.id}/messages/${id}`);
      expect(((await repeat.json()) as Message).text).toBe('well said');
      const { read } = application.app.get(Database, { strict: false });
      const stored = await read.selectFrom('idempotency_keys').selectAll().execute();
      expect(JSON.stringify(stored)).not.toMatch(/slip|well said|plan|Secrets|Edited/);
      // Nor what a short text could be found from by trying.
      const digest = createHash('sha256').update(canonicalJson(body)).digest('base64url');
      expect(JSON.stringify(stored)).not.toContain(digest);
    });

    it('gets the same room with its current entity tag', async () => {
      const make = posts(ada, '/api/rooms', { kind: 'public', name: 'Same' });
      const room = (await (await make()).json()) as Room;
      await ada.does('PATCH', `/api/rooms/${room.id}`, { name: 'Renamed' });
      const repeat = await make();
      expect(await repeat.clone().json()).toMatchObject({ id: room.id, name: 'Renamed' });
      const current = await ada.send('GET', `/api/rooms/${room.id}`);
      expect(repeat.headers.get('etag')).toBe(current.headers.get('etag'));
    });

    it('is refused after they have signed out', async () => {
      const carol = await Person.signUp(url, 'carol');
      const make = posts(carol, '/api/rooms', { kind: 'private', name: 'Hers' });
      expect((await make()).status).toBe(201);
      await carol.does('DELETE', '/api/session');
      expect((await make()).status).toBe(401);
    });

    it('deletes only their oldest keys above the limit, at most 500 at once', async () => {
      const dave = await Person.signUp(url, 'dave');
      const owner = application.app.get(Installation, { strict: false }).pseudonymOf(dave.id);
      const { read } = application.app.get(Database, { strict: false });
      const keys = () =>
        read.selectFrom('idempotency_keys').select('key').where('owner', '=', owner).execute();
      const others = () =>
        read.selectFrom('idempotency_keys').select('key').where('owner', '<>', owner).execute();
      const kept = await others();
      await application.app.get(UnitOfWork, { strict: false }).run(async ({ db }) => {
        for (let batch = 0; batch < 11_000; batch += 500) {
          const rows = Array.from({ length: 500 }, (_, n) => ({
            scope: 'x',
            key: `old-${batch + n}`,
            owner,
            fingerprint: '',
            answer: '{}',
            created_at: new Date(Date.now() - 60_000_000 + batch + n).toISOString(),
          }));
          await db.insertInto('idempotency_keys').values(rows).execute();
        }
      });
      for (let n = 0; n < 100; n++) await posts(dave, '/api/users', USER)();
      const left = (await keys()).map(({ key }) => key);
      expect(left).toHaveLength(11_000 + 100 - 500);
      expect(left).not.toContain('old-499');
      expect(left).toContain('old-500');
      await application.app.get(UnitOfWork, { strict: false }).run(async (tx) => {
        for (let n = 0; n < 300; n++) {
          const stored = { scope: 'x', key: `new-${n}`, owner: dave.id, fingerprint: '' };
          const answer = { status: 201 };
          await application.app
            .get(IdempotencyKeys, { strict: false })
            .store(tx, { ...stored, answer });
        }
      });
      const count = (await keys()).length;
      expect(count).toBeGreaterThanOrEqual(10_000);
      expect(count).toBeLessThan(10_100);
      expect(await others()).toEqual(kept);
    });
  });

  describe('whose command runs again because of another one', () => {
    const twice = (body: object, path: string, headers = {}) => {
      const key = { 'Idempotency-Key': randomUUID(), ...headers };
      return runTwice(application, () => post(url + path, body, key));
    };

    it('gets the response of a command that runs once', async () => {
      const response = await twice({ firstname: 'Again', lastname: 'x' }, '/api/users');
      expect(response.status).toBe(201);
      expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
      expect(await named('Again')).toHaveLength(1);
    });

    it('publishes its events once, and is charged for them once', async () => {
      const { bearer } = await addKey(application, { publish: ['orders/*'] });
      const event = { topic: 'orders/1', type: 'order.paid', data: {} };
      const remaining = async (response: Response) => {
        expect(response.status).toBe(201);
        return Number(/r=(\d+)/.exec(response.headers.get('RateLimit')!)![1]);
      };
      const first = await remaining(await post(`${url}/api/events`, event, bearer));
      expect(await remaining(await twice(event, '/api/events', bearer))).toBe(first - 1);
      const { read } = application.app.get(Database, { strict: false });
      const published = read.selectFrom('events').select('type').where('type', '=', 'order.paid');
      expect(await published.execute()).toHaveLength(2);
    });

    it('is within a quota that has one left', async () => {
      const [owner, guest] = [await Person.signUp(url, 'owner'), await Person.signUp(url, 'guest')];
      const room = await owner.makes('One left');
      const use = (quota: Type<Quota>, userId: string, times: number) => {
        for (let n = 0; n < times; n++) application.app.get(quota, { strict: false }).take(userId);
      };
      use(ContactQuota, owner.id, CONTACTS_PER_HOUR - 1);
      use(MembershipQuota, guest.id, MEMBERSHIP_CHANGES_PER_HOUR - 1);
      const address = `/api/rooms/${room.id}`;
      const invited = await twice({ userId: guest.id }, `${address}/invitations`, owner.bearer);
      expect(invited.status).toBe(201);
      expect((await twice({}, `${address}/members`, guest.bearer)).status).toBe(201);
      const left = await guest.send('DELETE', `${address}/members/${guest.id}`);
      expect(await problemCode(left)).toBe('too-many-requests');
    });
  });

  it.each(['', 'a b', 'ü'.repeat(3), 'x'.repeat(256)])(
    'is refused with the key "%s"',
    async (key) => {
      const answer = await rawExchange(
        application.port,
        `POST /api/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: ${key}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 35\r\n\r\n{"firstname":"Key","lastname":"Key"}'.slice(
            0,
            -1,
          ) +
          '}',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    },
  );
});

import { Database, isPostgres, type Schema } from '@carillon/nestjs';
import Sqlite from 'better-sqlite3';
import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { messagesWith } from '../src/rooms/messages/text-search.js';
import { termsOf } from '../src/words/words.js';
import {
  CONTACTS_PER_HOUR,
  MEMBERSHIP_CHANGES_PER_HOUR,
  MAX_INVITATIONS,
  MAX_MEMBERS,
  MAX_ROOMS,
} from '../src/rooms/room/limits.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Invitation, Member, Membership, Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import type { RawSubscriber } from './support/raw-subscriber.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person } from './support/people.js';
import { problemCode, problemOf } from './support/requests.js';

/** Searches that one person may make here. */
const SEARCHES = 40;

/** How many rows a query looks at. */
function rowsOnSqlite(url: string, { sql: text, parameters }: CompiledQuery): number {
  const database = new Sqlite(url.slice('sqlite:'.length), { readonly: true });
  let rows = 0;
  database.function('in_time', (_row) => ++rows);
  database.prepare(text).all(...parameters);
  database.close();
  return rows;
}

/** How many rows the step of a query that gives the most gives in all. */
const rowsOnPostgres = (db: Kysely<Schema>, query: RawBuilder<unknown>): Promise<number> =>
  db.transaction().execute(async (trx) => {
    await sql`set local enable_seqscan = off`.execute(trx);
    const { rows } = await sql<{
      'QUERY PLAN': unknown;
    }>`explain (analyze, format json) ${query}`.execute(trx);
    const steps = JSON.stringify(rows[0]!['QUERY PLAN']).matchAll(
      /"Relation Name":"messages"[^{}]*?"Actual Rows":([\d.]+)[^{}]*?"Actual Loops":(\d+)/g,
    );
    return Math.max(
      ...[...steps].map(([, mean, loops]) => Math.round(Number(mean) * Number(loops))),
    );
  });

describe.each(ENGINES)('rooms on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let databaseUrl: string;
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let cy: Person;
  const subscribers: RawSubscriber[] = [];

  beforeAll(async () => {
    engine = await start();
    databaseUrl = await engine.createDatabase();
    application = await startApplication({
      DATABASE_URL: databaseUrl,
      SIGN_IN_ATTEMPTS: '0',
      SEARCHES_PER_MINUTE: String(SEARCHES),
    });
    [ada, bob, cy] = (await Promise.all(
      ['ada', 'bob', 'cy'].map((name) => Person.signUp(application.url, name)),
    )) as [Person, Person, Person];
  });
  afterEach(() => Promise.all(subscribers.splice(0).map((subscriber) => subscriber.close())));
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const listening = async (person: Person, path?: string, headers?: object) => {
    const subscriber = await person.listens(path, headers);
    subscribers.push(subscriber);
    return subscriber;
  };
  const refusal = async (response: Response) => [response.status, await problemCode(response)];
  const messagesOf = (person: Person, room: Room, query = '') =>
    person.gets<Message[]>(`/api/rooms/${room.id}/messages${query}`);
  const mine = async (person: Person, room: Room) =>
    (await person.gets<Membership[]>('/api/me/rooms?limit=1000')).find(
      (one) => one.room.id === room.id,
    );

  describe('a public room', () => {
    it('is delivered to all signed-in users, who can find and join it', async () => {
      const received = await listening(bob);
      const room = await ada.makes('Analysis');
      await received.receives(1, 'room.created');
      expect(received.of('room.created')[0]!.data).toEqual(room);
      expect(await bob.gets<Room[]>('/api/rooms?limit=1000')).toContainEqual(room);
      expect(await refusal(await bob.send('GET', `/api/rooms/${room.id}/messages`))).toEqual([
        403,
        'forbidden',
      ]);

      const joined = await bob.send('POST', `/api/rooms/${room.id}/members`);
      expect(joined.status).toBe(201);
      expect(await joined.json()).toMatchObject({ room, role: 'member', unread: 0 });
      const again = await bob.send('POST', `/api/rooms/${room.id}/members`);
      expect(again.status).toBe(200);
      const members = await ada.gets<Member[]>(`/api/rooms/${room.id}/members`);
      expect(members.map(({ userId, role }) => [userId, role])).toEqual(
        [
          [ada.id, 'owner'],
          [bob.id, 'member'],
        ].toSorted(),
      );
    });

    it('is listed page by page', async () => {
      for (let n = 0; n < 5; n++) await ada.makes(`Page ${n}`);
      const all = await ada.gets<Room[]>('/api/rooms?limit=1000');
      const paged: Room[] = [];
      for (let path: string | undefined = '/api/rooms?limit=2'; path;) {
        const response = await ada.send('GET', path);
        paged.push(...((await response.json()) as Room[]));
        path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      }
      expect(paged).toEqual(all);
    });

    it('has a name like any other', async () => {
      for (const name of ['', ' ', 'x'.repeat(101), 7, undefined])
        expect((await ada.send('POST', '/api/rooms', { kind: 'public', name })).status).toBe(422);
      expect((await ada.makes('  Ώ ∂ 🔔 ')).name).toBe('Ώ ∂ 🔔');
    });
  });

  describe('a private room', () => {
    it('is not there for who is not invited, and opens by an invitation', async () => {
      const [heardByBob, heardByCy] = [await listening(bob), await listening(cy)];
      const room = await ada.makes('Secrets', 'private');
      for (const path of ['', '/members', '/messages', '/invitations'])
        expect(await refusal(await bob.send('GET', `/api/rooms/${room.id}${path}`))).toEqual([
          404,
          'not-found',
        ]);
      expect((await bob.send('POST', `/api/rooms/${room.id}/members`)).status).toBe(404);

      const path = `/api/rooms/${room.id}/invitations`;
      const invited = await ada.send('POST', path, { userId: bob.id });
      expect(invited.status).toBe(201);
      expect((await ada.send('POST', path, { userId: bob.id })).status).toBe(200);
      await heardByBob.receives(1, 'member.invited');
      const invitation = (await invited.json()) as Invitation;
      expect(invitation).toMatchObject({ room, userId: bob.id, invitedBy: ada.id });
      expect(await bob.gets('/api/me/invitations')).toEqual([invitation]);
      expect(await bob.gets(`/api/rooms/${room.id}`)).toEqual(room);
      expect((await bob.send('GET', `/api/rooms/${room.id}/messages`)).status).toBe(403);

      await bob.joins(room);
      await heardByBob.receives(1, 'member.joined');
      expect(
        heardByBob.events.map(({ type }) => type).filter((type) => type !== 'presence'),
      ).toEqual(['member.invited', 'member.uninvited', 'room.joined', 'member.joined']);
      expect(await bob.gets('/api/me/invitations')).toEqual([]);
      expect(await ada.gets(path)).toEqual([]);
      expect(heardByCy.events.filter(({ type }) => type !== 'presence')).toEqual([]);
    });

    it('has its invitations declined and withdrawn', async () => {
      const room = await ada.makes('Maybe', 'private');
      const path = `/api/rooms/${room.id}/invitations`;
      const invite = () => ada.does('POST', path, { userId: bob.id });
      await invite();
      await bob.does('DELETE', `${path}/${bob.id}`);
      expect((await bob.send('POST', `/api/rooms/${room.id}/members`)).status).toBe(404);
      await invite();
      await ada.does('DELETE', `${path}/${bob.id}`);
      expect((await bob.send('DELETE', `${path}/${bob.id}`)).status).toBe(404);
      expect((await ada.send('DELETE', `${path}/${bob.id}`)).status).toBe(404);
    });

    it('lets only owners invite, and only people who can come', async () => {
      const room = await ada.makes('Ours', 'private');
      await ada.brings(bob, room);
      const path = `/api/rooms/${room.id}/invitations`;
      expect(await refusal(await bob.send('POST', path, { userId: cy.id }))).toEqual([
        403,
        'forbidden',
      ]);
      const entry = await ada.does<{ id: string }>('POST', '/api/users', {
        firstname: 'No',
        lastname: 'Account',
      });
      for (const userId of [entry.id, randomUUID(), 'nobody'])
        expect((await ada.send('POST', path, { userId })).status).toBe(422);
      expect((await ada.send('POST', path, { userId: bob.id })).status).toBe(409);
    });
  });

  describe('a direct conversation', () => {
    it('is the same one each time, whoever of the two opens it, even at once', async () => {
      const open = (who: Person, userId: string) =>
        who.send('POST', '/api/rooms', { kind: 'direct', userId });
      const answers = await Promise.all([
        open(ada, bob.id),
        open(bob, ada.id),
        open(ada, bob.id.toUpperCase()),
      ]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
      const rooms = (await Promise.all(answers.map((one) => one.json()))) as Room[];
      expect(new Set(rooms.map(({ id }) => id)).size).toBe(1);
      expect((await mine(bob, rooms[0]!))!.members!.map(({ userId }) => userId)).toEqual(
        [ada.id, bob.id].toSorted(),
      );
      expect((await cy.send('GET', `/api/rooms/${rooms[0]!.id}`)).status).toBe(404);
      expect((await open(ada, ada.id)).status).toBe(422);
      expect((await open(ada, randomUUID())).status).toBe(422);
    });

    it('stays as it is', async () => {
      const room = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: cy.id });
      const path = `/api/rooms/${room.id}`;
      for (const response of [
        await ada.send('PATCH', path, { name: 'Named' }),
        await ada.send('DELETE', `${path}/members/${cy.id}`),
        await ada.send('POST', `${path}/invitations`, { userId: bob.id }),
        await ada.send('PATCH', `${path}/members/${ada.id}`, { role: 'owner' }),
      ])
        expect(await refusal(response)).toEqual([409, 'conflict']);
    });
  });

  describe('a direct conversation that is left', () => {
    let dan: Person;
    let room: Room;
    const open = (who: Person, userId: string) =>
      who.send('POST', '/api/rooms', { kind: 'direct', userId });
    const path = (rest = '') => `/api/rooms/${room.id}${rest}`;

    beforeAll(async () => {
      dan = await Person.signUp(application.url, `dan-${randomUUID().slice(0, 8)}`);
      room = (await (await open(ada, dan.id)).json()) as Room;
      await ada.says(room, 'before');
    });
    const leave = () => dan.does('DELETE', path(`/members/${dan.id}`));

    it('is hidden until something new is said, and the other one does not learn of it', async () => {
      const [hides, other] = [await listening(dan), await listening(ada)];
      await leave();
      await leave();
      expect(await mine(dan, room)).toBeUndefined();
      expect(await dan.reads(room)).toEqual(['before']);
      await ada.does('PATCH', path(`/messages/${(await messagesOf(ada, room))[0]!.id}`), {
        text: 'not new',
      });
      await ada.says(room, 'new');
      await hides.until(({ events }) =>
        events.some(({ data }) => (data as { text?: string }).text === 'new'),
      );
      const types = hides.events.map(({ type }) => type);
      expect(
        types.slice(types.indexOf('room.left')).filter((type) => /^(room|message)\./.test(type)),
      ).toEqual(['room.left', 'room.joined', 'message.posted']);
      expect(await mine(dan, room)).toMatchObject({ unread: 2, members: [{}, {}] });
      await other.receives(1, 'message.posted');
      expect(other.of('room.left', 'member.left', 'room.joined', 'member.joined')).toEqual([]);
    });

    it('is shown again when it is opened again, or written in, by the one who left it', async () => {
      const received = await listening(dan);
      await leave();
      await received.receives(1, 'room.left');
      expect((await open(ada, dan.id)).status).toBe(200);
      expect(await mine(dan, room)).toBeUndefined();
      expect((await open(dan, ada.id)).status).toBe(200);
      expect(await mine(dan, room)).toMatchObject({ lastMessage: { text: 'new' } });
      await leave();
      await dan.joins(room);
      expect(await mine(dan, room)).toBeDefined();
      await leave();
      await dan.says(room, 'of my own');
      await received.receives(3, 'room.left');
      await received.receives(3, 'room.joined');
      expect(await mine(dan, room)).toMatchObject({ lastMessage: { text: 'of my own' } });
    });

    it('is not delivered to a stream that is opened meanwhile', async () => {
      await leave();
      const received = await listening(dan);
      const [{ id }] = (await messagesOf(ada, room)) as [Message];
      await ada.does('PATCH', path(`/messages/${id}`), { text: 'edited meanwhile' });
      await ada.says(room, 'back');
      await received.until(({ events }) =>
        events.some(({ data }) => (data as { text?: string }).text === 'back'),
      );
      expect(JSON.stringify(received.events)).not.toContain('edited meanwhile');
    });
  });

  describe('a user who blocks another one', () => {
    let blocker: Person;
    let blocked: Person;
    const block = (method: 'PUT' | 'DELETE', userId = blocked.id) =>
      blocker.send(method, `/api/me/blocks/${userId}`);
    const open = (who: Person, other: Person) =>
      who.send('POST', '/api/rooms', { kind: 'direct', userId: other.id });
    const post = (who: Person, room: Room) =>
      who.send('POST', `/api/rooms/${room.id}/messages`, { clientId: randomUUID(), text: 'hello' });
    const UNAVAILABLE = [403, 'recipient-unavailable'];

    beforeAll(async () => {
      const suffix = randomUUID().slice(0, 8);
      blocker = await Person.signUp(application.url, `blocker-${suffix}`);
      blocked = await Person.signUp(application.url, `blocked-${suffix}`);
    });
    afterEach(() => block('DELETE'));

    it('gets no direct messages, edits or signs of typing from them, old conversation or new', async () => {
      await block('PUT');
      expect(await refusal(await open(blocked, blocker))).toEqual(UNAVAILABLE);
      await block('DELETE');
      const room = (await (await open(blocked, blocker)).json()) as Room;
      const { id } = await blocked.says(room, 'hi');
      await block('PUT');
      const path = `/api/rooms/${room.id}`;
      for (const response of [
        await open(blocked, blocker),
        await post(blocked, room),
        await blocked.send('PATCH', `${path}/messages/${id}`, { text: 'hi again' }),
        await blocked.send('POST', `${path}/typing`),
      ])
        expect(await refusal(response)).toEqual(UNAVAILABLE);
      expect(await blocked.reads(room)).toEqual(['hi']);
      expect(await refusal(await post(blocker, room))).toEqual([409, 'conflict']);
      await block('DELETE');
      expect((await post(blocked, room)).status).toBe(201);
    });

    it('gets no invitations from them, and loses those that wait', async () => {
      const room = await blocked.makes('Come', 'private');
      const path = `/api/rooms/${room.id}/invitations`;
      await blocked.does('POST', path, { userId: blocker.id });
      await block('PUT');
      expect(await blocker.gets('/api/me/invitations')).toEqual([]);
      expect(await refusal(await blocked.send('POST', path, { userId: blocker.id }))).toEqual(
        UNAVAILABLE,
      );
    });

    it('still receives their messages in the rooms that both are in', async () => {
      const room = await blocker.makes('Both');
      await blocked.joins(room);
      await block('PUT');
      const received = await listening(blocker);
      expect((await post(blocked, room)).status).toBe(201);
      await received.receives(1, 'message.posted');
    });

    it('has a list of them, which only their own devices receive', async () => {
      const careful = await Person.signUp(application.url, `careful-${randomUUID().slice(0, 8)}`);
      const [device, other] = [await listening(careful), await listening(blocked)];
      const path = `/api/me/blocks/${blocked.id}`;
      for (const method of ['PUT', 'PUT'])
        expect((await careful.send(method, path)).status).toBe(204);
      const list = await careful.gets<{ userId: string }[]>('/api/me/blocks');
      expect(list.map(({ userId }) => userId)).toEqual([blocked.id]);
      expect(await blocked.gets('/api/me/blocks')).toEqual([]);
      for (const method of ['DELETE', 'DELETE'])
        expect((await careful.send(method, path)).status).toBe(204);
      await device.receives(1, 'block.removed');
      expect(device.of('block.added', 'block.removed').map(({ data }) => data)).toEqual([
        list[0],
        { userId: blocked.id },
      ]);
      await ada.does('POST', '/api/users', { firstname: 'Mark', lastname: 'ER' });
      await other.receives(1, 'user.created');
      expect(other.of('block.added', 'block.removed')).toEqual([]);
    });

    it('cannot block themselves, nor somebody who is not there', async () => {
      expect((await block('PUT', blocker.id)).status).toBe(409);
      expect((await block('PUT', randomUUID())).status).toBe(404);
    });
  });

  describe('what grows', () => {
    const numbers = (to: number) =>
      `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${to})`;
    const all = async <T>(person: Person, path: string): Promise<T[]> => {
      const found: T[] = [];
      for (let next: string | undefined = path; next;) {
        const response = await person.send('GET', next);
        found.push(...((await response.json()) as T[]));
        next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      }
      return found;
    };
    let owner: Person;
    let guest: Person;
    let large: Room;
    /** Of whom the other tests know nothing. */
    let ann: Person;
    let ben: Person;

    beforeAll(async () => {
      const suffix = randomUUID().slice(0, 8);
      owner = await Person.signUp(application.url, `owner-${suffix}`);
      guest = await Person.signUp(application.url, `guest-${suffix}`);
      ann = await Person.signUp(application.url, `ann-${suffix}`);
      ben = await Person.signUp(application.url, `ben-${suffix}`);
      large = await owner.makes('Large');
      await runAsOtherProgram(
        databaseUrl,
        `${numbers(MAX_MEMBERS)} insert into users (id, firstname, lastname, created_at, updated_at)
         select 'many ' || n, 'M', 'ANY', '2026', '2026' from numbers;
         ${numbers(MAX_ROOMS)} insert into rooms (id, kind, name, last_seq, created_at, updated_at)
         select 'many ' || n, 'private', 'Many', 0, '2026', '2026' from numbers`.replaceAll(
          /;\s+/g,
          ';\n',
        ),
      );
    });

    it('is read page by page, in any order', async () => {
      const rooms: Room[] = [];
      for (let n = 0; n < 3; n++) rooms.push(await owner.makes(`Page ${n}`));
      for (const room of rooms) {
        await guest.joins(room);
        await owner.does('POST', `/api/rooms/${room.id}/invitations`, { userId: ben.id });
      }
      await owner.does('POST', `/api/rooms/${rooms[0]!.id}/invitations`, { userId: ann.id });
      for (const person of [ann, ben]) await guest.send('PUT', `/api/me/blocks/${person.id}`);
      const inRoom = `/api/rooms/${rooms[0]!.id}`;
      const ids = rooms.map(({ id }) => id);
      for (const [person, path, of] of [
        [guest, '/api/me/rooms', ids],
        [ben, '/api/me/invitations', ids],
        [owner, `${inRoom}/members`, [owner.id, guest.id]],
        [owner, `${inRoom}/invitations`, [ann.id, ben.id]],
        [guest, '/api/me/blocks', [ann.id, ben.id]],
      ] as [Person, string, string[]][])
        for (const order of ['asc', 'desc']) {
          const paged = await all<{ room?: Room; userId: string }>(
            person,
            `${path}?limit=1&order=${order}`,
          );
          const key = path.startsWith('/api/me/') && !path.endsWith('blocks');
          const found = paged.map((one) => (key ? one.room!.id : one.userId));
          expect([path, found.filter((id) => of.includes(id))]).toEqual([
            path,
            order === 'asc' ? of.toSorted() : of.toSorted().toReversed(),
          ]);
          expect((await person.send('GET', `${path}?limit=0`)).status).toBe(400);
        }
    });

    it('has a bound: rooms of a user', async () => {
      const full = await Person.signUp(application.url, `full-${randomUUID().slice(0, 8)}`);
      await runAsOtherProgram(
        databaseUrl,
        `${numbers(MAX_ROOMS)} insert into members (room_id, user_id, role, read_seq, joined_at)
         select 'many ' || n, '${full.id}', 'member', 0, '2026' from numbers where n > 1`,
      );
      const first = await owner.makes('The first of many');
      await full.joins(first);
      const room = await owner.makes('One too many');
      for (const response of [
        await full.send('POST', '/api/rooms', { kind: 'public', name: 'Mine' }),
        await full.send('POST', '/api/rooms', { kind: 'direct', userId: guest.id }),
        await owner.send('POST', '/api/rooms', { kind: 'direct', userId: full.id }),
        await full.send('POST', `/api/rooms/${room.id}/members`),
      ])
        expect(await refusal(response)).toEqual([409, 'conflict']);
      expect(await full.gets('/api/me/rooms?limit=1000')).toHaveLength(MAX_ROOMS);
      await full.does('DELETE', `/api/rooms/${first.id}/members/${full.id}`);
      await full.joins(room);
    });

    it('does not count the conversations that are hidden, which strangers may have opened', async () => {
      const sought = await Person.signUp(application.url, `sought-${randomUUID().slice(0, 8)}`);
      await runAsOtherProgram(
        databaseUrl,
        `${numbers(MAX_ROOMS - 1)} insert into members (room_id, user_id, role, read_seq, joined_at)
         select 'many ' || n, '${sought.id}', 'member', 0, '2026' from numbers`,
      );
      const conversation = await ann.does<Room>('POST', '/api/rooms', {
        kind: 'direct',
        userId: sought.id,
      });
      const room = await owner.makes('Within the bound');
      const join = () => sought.send('POST', `/api/rooms/${room.id}/members`);
      expect(await refusal(await join())).toEqual([409, 'conflict']);
      await sought.does('DELETE', `/api/rooms/${conversation.id}/members/${sought.id}`);
      expect((await join()).status).toBe(201);
    });

    it('is bounded: members of a room, and a lower bound for typing', async () => {
      await runAsOtherProgram(
        databaseUrl,
        `${numbers(MAX_MEMBERS - 2)} insert into members (room_id, user_id, role, read_seq, joined_at)
         select '${large.id}', 'many ' || n, 'member', 0, '2026' from numbers`,
      );
      await guest.joins(large);
      expect(await refusal(await ben.send('POST', `/api/rooms/${large.id}/members`))).toEqual([
        409,
        'conflict',
      ]);
      const received = await listening(guest);
      await owner.does('POST', `/api/rooms/${large.id}/typing`);
      const small = await owner.makes('Small');
      await guest.joins(small);
      await owner.does('POST', `/api/rooms/${small.id}/typing`);
      await received.receives(1, 'typing');
      expect(received.of('typing').map(({ data }) => data)).toEqual([
        { roomId: small.id, userId: owner.id },
      ]);
    });

    it('has a bound: invitations between two, by one, and to one', async () => {
      const host = await Person.signUp(application.url, `host-${randomUUID().slice(0, 8)}`);
      const rooms: Room[] = [];
      for (let n = 0; n <= MAX_INVITATIONS.between; n++) rooms.push(await host.makes(`${n}`));
      const invite = (room: Room, userId: string) =>
        host.send('POST', `/api/rooms/${room.id}/invitations`, { userId });
      const answers: number[] = [];
      for (const room of rooms) answers.push((await invite(room, ann.id)).status);
      expect(answers).toEqual([...rooms.slice(1).map(() => 201), 409]);

      const bulk = (room: string, user: string, by: string) =>
        runAsOtherProgram(
          databaseUrl,
          `${numbers(100)} insert into invitations (room_id, user_id, invited_by, created_at)
           select ${room}, ${user}, '${by}', '2026' from numbers`,
        );
      const sought = await Person.signUp(application.url, `sought-${randomUUID().slice(0, 8)}`);
      await bulk(`'many ' || n`, `'${sought.id}'`, owner.id);
      expect(await refusal(await invite(rooms[0]!, sought.id))).toEqual([409, 'conflict']);
      expect((await invite(rooms[0]!, ben.id)).status).toBe(201);
      await bulk(`'${rooms[0]!.id}'`, `'many ' || n`, host.id);
      expect(await refusal(await invite(rooms[1]!, ben.id))).toEqual([409, 'conflict']);
    });

    it('has a bound: conversations that one user begins in an hour, not those that they open again', async () => {
      const eager = await Person.signUp(application.url, `eager-${randomUUID().slice(0, 8)}`);
      const others = Array.from({ length: CONTACTS_PER_HOUR }, () => randomUUID());
      const rows = (of: (id: string) => string) => others.map((id) => `(${of(id)})`).join(', ');
      await runAsOtherProgram(
        databaseUrl,
        `insert into users (id, firstname, lastname, created_at, updated_at)
         values ${rows((id) => `'${id}', 'M', 'ANY', '2026', '2026'`)};
         insert into passwords (user_id, hash) values ${rows((id) => `'${id}', 'none'`)}`.replaceAll(
          /;\s+/g,
          ';\n',
        ),
      );
      const begin = (userId: string) =>
        eager.send('POST', '/api/rooms', { kind: 'direct', userId });
      for (const id of others) expect((await begin(id)).status).toBe(201);
      expect(await refusal(await begin(ben.id))).toEqual([429, 'too-many-requests']);
      expect((await begin(others[0]!)).status).toBe(200);
    });

    it('has a bound: how often one user joins and leaves in an hour', async () => {
      const restless = await Person.signUp(application.url, `restless-${randomUUID().slice(0, 8)}`);
      const [room, other] = [await owner.makes('Turnstile'), await owner.makes('Another')];
      const join = (into: Room) => restless.send('POST', `/api/rooms/${into.id}/members`);
      const leave = () => restless.send('DELETE', `/api/rooms/${room.id}/members/${restless.id}`);
      const statuses = new Set<number>();
      for (let n = 0; n < MEMBERSHIP_CHANGES_PER_HOUR; n += 2) {
        statuses.add((await join(room)).status);
        statuses.add((await leave()).status);
      }
      expect([...statuses]).toEqual([201, 204]);
      expect(await refusal(await join(other))).toEqual([429, 'too-many-requests']);
      expect((await guest.send('POST', `/api/rooms/${other.id}/members`)).status).toBe(201);
    });

    it('has a bound: invitations of one user in an hour', async () => {
      const host = await Person.signUp(application.url, `eager-${randomUUID().slice(0, 8)}`);
      const { id } = await host.makes('Door', 'private');
      const path = `/api/rooms/${id}/invitations`;
      const statuses = new Set<number>();
      for (let n = 0; n < CONTACTS_PER_HOUR; n++) {
        statuses.add((await host.send('POST', path, { userId: ben.id })).status);
        await host.does('DELETE', `${path}/${ben.id}`);
      }
      expect([...statuses]).toEqual([201]);
      const refused = await host.send('POST', path, { userId: ben.id });
      expect(await refusal(refused)).toEqual([429, 'too-many-requests']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    });
  });

  describe('owners', () => {
    let room: Room;
    const path = (rest = '') => `/api/rooms/${room.id}${rest}`;

    beforeEach(async () => {
      room = await ada.makes('Owned');
      await bob.joins(room);
    });

    it('rename, archive and reopen a room, and nobody else does', async () => {
      const received = await listening(cy);
      const tag = (await ada.send('GET', path())).headers.get('etag')!;
      expect((await bob.send('PATCH', path(), { name: 'Mine' })).status).toBe(403);
      const renamed = await ada.send('PATCH', path(), { name: 'Ours' }, { 'If-Match': tag });
      expect(await renamed.json()).toMatchObject({ name: 'Ours' });
      const stale = await ada.send('PATCH', path(), { name: 'Theirs' }, { 'If-Match': tag });
      expect(stale.status).toBe(412);

      await ada.does('PATCH', path(), { archived: true });
      const body = { clientId: randomUUID(), text: 'too late' };
      for (const response of [
        await bob.send('POST', path('/messages'), body),
        await cy.send('POST', path('/members')),
        await ada.send('POST', path('/invitations'), { userId: cy.id }),
      ])
        expect(await refusal(response)).toEqual([409, 'conflict']);
      await ada.does('PATCH', path(), { archived: false });
      await bob.says(room, 'in time');
      await received.receives(3, 'room.updated');
      expect(
        received.of('room.updated').map(({ data }) => {
          const { name, archivedAt } = data as Room;
          return [name, archivedAt !== null];
        }),
      ).toEqual([
        ['Ours', false],
        ['Ours', true],
        ['Ours', false],
      ]);
    });

    it('take the invitations back by archiving a room', async () => {
      await ada.does('POST', path('/invitations'), { userId: cy.id });
      const [invited, member] = [await listening(cy), await listening(bob)];
      await ada.does('PATCH', path(), { archived: true });
      for (const subscriber of [invited, member]) {
        await subscriber.receives(1, 'member.uninvited');
        expect(subscriber.of('member.uninvited')[0]!.data).toEqual({
          roomId: room.id,
          userId: cy.id,
        });
      }
      expect(await cy.gets('/api/me/invitations')).toEqual([]);
      expect(await ada.gets(path('/invitations'))).toEqual([]);
    });

    it('hand over before the last one leaves', async () => {
      for (const response of [
        await ada.send('DELETE', path(`/members/${ada.id}`)),
        await ada.send('PATCH', path(`/members/${ada.id}`), { role: 'member' }),
      ])
        expect(await refusal(response)).toEqual([409, 'conflict']);
      expect((await bob.send('PATCH', path(`/members/${bob.id}`), { role: 'owner' })).status).toBe(
        403,
      );
      const received = await listening(bob);
      await ada.does('PATCH', path(`/members/${bob.id}`), { role: 'owner' });
      await received.receives(1, 'member.changed');
      await ada.does('DELETE', path(`/members/${ada.id}`));
      await bob.does('POST', path('/invitations'), { userId: ada.id });
      const invited = await listening(ada);
      await bob.does('DELETE', path(`/members/${bob.id}`));
      // Who leaves last leaves it archived, and nobody waits at its door.
      expect((await cy.gets<Room>(path())).archivedAt).not.toBeNull();
      await invited.receives(1, 'member.uninvited');
      expect(await ada.gets('/api/me/invitations')).toEqual([]);
    });

    it('remove others, whose streams receive nothing more of the room', async () => {
      const [removed, stays] = [await listening(bob), await listening(ada)];
      expect((await bob.send('DELETE', path(`/members/${ada.id}`))).status).toBe(403);
      expect((await ada.send('DELETE', path(`/members/${cy.id}`))).status).toBe(404);
      await ada.does('DELETE', path(`/members/${bob.id}`));
      await ada.says(room, 'Is he gone?');
      await stays.receives(1, 'message.posted');
      await removed.receives(1, 'room.left');
      expect(removed.of('room.left')[0]!.data).toEqual({ roomId: room.id, by: ada.id });
      const then = await ada.does('POST', '/api/users', { firstname: 'Mark', lastname: 'ER' });
      await removed.receives(1, 'user.created');
      expect(removed.of('user.created')[0]!.data).toEqual(then);
      expect(removed.of('message.posted', 'member.left')).toEqual([]);
      expect(stays.of('member.left')[0]!.data).toEqual({
        roomId: room.id,
        userId: bob.id,
        by: ada.id,
      });
      expect(await mine(bob, room)).toBeUndefined();
      expect((await bob.send('GET', path('/messages'))).status).toBe(403);
    });
  });

  describe('a stream', () => {
    it('delivers the events of a room from the moment of joining, and of no other room', async () => {
      const [room, other] = [await ada.makes('Heard'), await ada.makes('Unheard')];
      const received = await listening(bob);
      await ada.says(room, 'before');
      await bob.joins(room);
      await ada.says(other, 'elsewhere');
      await ada.says(room, 'after');
      await received.receives(1, 'message.posted');
      expect(received.of('message.posted').map(({ data }) => (data as Message).text)).toEqual([
        'after',
      ]);
    });

    it('opens nothing with an old cursor that is no longer theirs', async () => {
      const room = await ada.makes('Over', 'private');
      await ada.brings(bob, room);
      const received = await listening(bob);
      const { cursor } = received;
      await ada.says(room, 'heard once');
      await received.receives(1, 'message.posted');
      await ada.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
      await ada.says(room, 'never heard');
      await ada.does('POST', '/api/users', { firstname: 'Mark', lastname: 'ER' });

      for (const from of [cursor, 'earliest']) {
        const replayed = await listening(bob, '/api/events', { 'Last-Event-ID': from });
        await replayed.until(({ events }) =>
          events.some(
            ({ type, data }) =>
              type === 'user.created' && (data as { firstname: string }).firstname === 'Mark',
          ),
        );
        const delivered = replayed.events.filter(({ data }) =>
          JSON.stringify(data).includes(room.id),
        );
        expect(delivered.filter(({ type }) => type.startsWith('message.'))).toEqual([]);
        expect(
          delivered.every(({ type }) => /^(room\.(joined|left)|member\.(un)?invited)$/.test(type)),
        ).toBe(true);
      }
    });

    it('that goes on tells nothing of a room from between leaving and coming back', async () => {
      const room = await ada.makes('Back', 'private');
      await ada.brings(bob, room);
      const received = await listening(bob);
      const { cursor } = received;
      await ada.says(room, 'before');
      await received.receives(1, 'message.posted');
      await ada.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
      const { id } = await ada.says(room, 'meanwhile');
      await ada.does('DELETE', `/api/rooms/${room.id}/messages/${id}`);
      await ada.brings(bob, room);
      await ada.says(room, 'after');
      for (const from of [cursor, 'earliest']) {
        const resumed = await listening(bob, '/api/events', { 'Last-Event-ID': from });
        await resumed.until(({ body }) => body.includes('"after"'));
        const own = resumed.events.filter(({ data }) => JSON.stringify(data).includes(room.id));
        const types = own.map(({ type }) => type).filter((type) => type !== 'member.uninvited');
        expect(types.slice(types.lastIndexOf('room.left'))).toEqual([
          'room.left',
          'member.invited',
          'room.joined',
          'member.joined',
          'message.posted',
        ]);
        expect(resumed.body).not.toContain('meanwhile');
      }
    });

    it('of named topics ends when the caller loses access to one of them, and opens again with access', async () => {
      const room = await ada.makes('Ended', 'private');
      await ada.brings(bob, room);
      const path = `/api/events?topic=rooms/${room.id}`;
      const named = await listening(bob, path);
      await ada.says(room, 'heard');
      await named.receives(1, 'message.posted');
      await ada.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
      await named.until(({ ended }) => ended, 1000);
      expect((await bob.send('GET', path)).status).toBe(404);
      await ada.says(room, 'not heard');
      await ada.brings(bob, room);
      const again = await listening(bob, path, { 'Last-Event-ID': named.cursor });
      await ada.says(room, 'heard again');
      await again.receives(1, 'message.posted');
      const types = again.events.map(({ type }) => type).filter((type) => type !== 'presence');
      expect(types).toEqual(['reset', 'message.posted']);
    });

    it('of named topics carries those alone, and refuses what is not theirs', async () => {
      const room = await ada.makes('Named', 'private');
      const one = await listening(ada, `/api/events?topic=rooms/${room.id}`);
      await ada.does('POST', '/api/users', { firstname: 'Un', lastname: 'HEARD' });
      await ada.says(room, 'heard');
      await one.receives(1, 'message.posted');
      expect(one.of('user.created')).toEqual([]);
      for (const topic of [
        `rooms/${room.id}`,
        `accounts/${ada.id}`,
        'rooms/presence',
        'rooms/none',
      ])
        expect((await bob.send('GET', `/api/events?topic=${topic}`)).status).toBe(404);
    });

    it('of nobody in particular carries the directory alone', async () => {
      const { subscribe } = await import('./support/raw-subscriber.js');
      const anyone = await subscribe(application.port, '/api/events');
      subscribers.push(anyone);
      await ada.says(await ada.makes('Loud'), 'Hello?');
      await ada.does('POST', '/api/users', { firstname: 'For', lastname: 'ALL' });
      await anyone.receives(1, 'user.created');
      expect(anyone.events).toHaveLength(1);
    });
  });

  describe('messages', () => {
    let room: Room;
    const path = (rest = '') => `/api/rooms/${room.id}/messages${rest}`;

    beforeAll(async () => {
      room = await ada.makes('Talk');
      await Promise.all([bob.joins(room), cy.joins(room)]);
    });

    it('are delivered to all members as they are stored', async () => {
      const received = await listening(bob);
      const response = await ada.send('POST', path(), {
        clientId: randomUUID(),
        text: 'Ding\r\ndong 🔔',
      });
      expect(response.status).toBe(201);
      const message = (await response.json()) as Message;
      expect(message).toMatchObject({ text: 'Ding\ndong 🔔', authorId: ada.id, editedAt: null });
      expect(await ada.gets(response.headers.get('location')!)).toEqual(message);
      await received.receives(1, 'message.posted');
      expect(received.of('message.posted')[0]!.data).toEqual(message);
    });

    it('count their places without gaps, however many are posted at once, and are said once for a client id', async () => {
      const before = (await messagesOf(ada, room)).at(-1)?.seq ?? 0;
      const ids = Array.from({ length: 40 }, () => randomUUID());
      const posted = await Promise.all(
        [...ids, ...ids].map((id, n) =>
          (ids.indexOf(id) % 2 === 0 ? ada : bob)
            .says(room, `n ${ids.indexOf(id)}`, id)
            .then((message) => ({ n, message })),
        ),
      );
      expect(new Set(posted.map(({ message }) => message.id)).size).toBe(40);
      for (const { n, message } of posted) expect(message).toEqual(posted[n % 40]!.message);
      const seqs = (await messagesOf(ada, room, `?after=${before}&limit=200`)).map(
        ({ seq }) => seq,
      );
      expect(seqs).toEqual(ids.map((_, index) => before + index + 1));
    });

    it('have a client id of their own', async () => {
      const clientId = randomUUID();
      await ada.says(room, 'first', clientId);
      const reused = await ada.send('POST', path(), { clientId, text: 'second' });
      expect(await refusal(reused)).toEqual([422, 'idempotency-key-reused']);
      const other = await ada.makes('Elsewhere');
      const elsewhere = { clientId, text: 'first' };
      expect((await ada.send('POST', `/api/rooms/${other.id}/messages`, elsewhere)).status).toBe(
        422,
      );
      // Of another author it is another id.
      expect(await bob.says(room, 'mine', clientId)).toMatchObject({ authorId: bob.id });
    });

    it('are answered to a retry after they were edited', async () => {
      const clientId = randomUUID();
      const { id } = await ada.says(room, 'a tpyo', clientId);
      await ada.does('PATCH', path(`/${id}`), { text: 'a typo' });
      expect(await ada.says(room, 'a tpyo', clientId)).toMatchObject({ id, text: 'a typo' });
    });

    it.each([
      ['', 'visible character'],
      [' \n ', 'visible character'],
      ['x'.repeat(8001), 'at most 8000 characters; it has 8001'],
      ['bell \u0007', 'control characters'],
      ['nul \0', 'control characters'],
      [7, 'must be a string'],
    ])('refuse a text that is not right: %j', async (text, words) => {
      const response = await ada.send('POST', path(), { clientId: randomUUID(), text });
      expect(response.status).toBe(422);
      expect((await problemOf(response)).detail).toContain(words);
    });

    it('may have 8,000 characters of any script', async () => {
      expect((await ada.says(room, '🔔'.repeat(8000))).text).toHaveLength(16_000);
    });

    it('are edited by their author alone, and marked', async () => {
      const received = await listening(cy);
      const message = await bob.says(room, 'Hello @ada');
      expect((await ada.send('PATCH', path(`/${message.id}`), { text: 'x' })).status).toBe(403);
      const stale = { 'If-Match': '"stale"' };
      expect((await bob.send('PATCH', path(`/${message.id}`), { text: 'x' }, stale)).status).toBe(
        412,
      );
      const edited = await bob.does<Message>('PATCH', path(`/${message.id}`), {
        text: 'Hello @cy',
      });
      expect(edited).toMatchObject({ seq: message.seq, text: 'Hello @cy', mentions: [cy.id] });
      expect(edited.editedAt).not.toBeNull();
      await received.receives(1, 'message.edited');
      expect(received.of('message.edited')[0]!.data).toEqual({
        ...edited,
        previousMentions: [ada.id],
        previousMentionsAll: false,
      });
    });

    it('are deleted by their author or an owner, and keep their place', async () => {
      const received = await listening(bob);
      const [one, two] = [await bob.says(room, 'one @cy'), await bob.says(room, 'two')];
      expect((await cy.send('DELETE', path(`/${one.id}`))).status).toBe(403);
      await bob.does('DELETE', path(`/${one.id}`));
      await bob.does('DELETE', path(`/${one.id}`));
      await ada.does('DELETE', path(`/${two.id}`));
      await received.receives(2, 'message.deleted');
      expect(received.of('message.deleted')).toHaveLength(2);
      expect(received.of('message.deleted')[0]!.data).toMatchObject({
        text: null,
        mentions: [cy.id],
      });
      const tombstone = await cy.gets<Message>(path(`/${one.id}`));
      expect(tombstone).toMatchObject({ seq: one.seq, text: null, mentions: [] });
      expect((await bob.send('PATCH', path(`/${one.id}`), { text: 'back' })).status).toBe(409);
      expect(await bob.gets('/api/messages?q=one')).not.toContainEqual(
        expect.objectContaining({ id: one.id }),
      );
    });

    it('mention members by their names, in whatever punctuation', async () => {
      const { mentions } = await ada.says(
        room,
        '@bob, (@CY.) @ada @nobody x@bob.com @bobby @bob_ and @bob again',
      );
      expect(mentions.toSorted()).toEqual([bob.id, cy.id].toSorted());
    });
  });

  describe('the history of a room', () => {
    let room: Room;
    const seqs = async (query: string) =>
      (await messagesOf(ada, room, query)).map(({ seq }) => seq);
    const links = async (query: string) => {
      const response = await ada.send('GET', `/api/rooms/${room.id}/messages${query}`);
      const link = response.headers.get('link') ?? '';
      const relation = (name: string) => new RegExp(`<([^>]+)>; rel="${name}"`).exec(link)?.[1];
      return {
        prev: relation('prev'),
        next: relation('next'),
        last: response.headers.get('last-seq'),
      };
    };

    beforeAll(async () => {
      room = await ada.makes('History');
      for (let n = 1; n <= 30; n++) await ada.says(room, `message ${n}`);
    });

    it('is read both ways from any message', async () => {
      expect(await seqs('?limit=3')).toEqual([28, 29, 30]);
      expect(await seqs('?limit=3&before=28')).toEqual([25, 26, 27]);
      expect(await seqs('?limit=3&after=27')).toEqual([28, 29, 30]);
      expect(await seqs('?limit=5&around=10')).toEqual([8, 9, 10, 11, 12]);
      expect(await seqs('?limit=5&around=1')).toEqual([1, 2, 3, 4, 5]);
      expect(await seqs('?before=1')).toEqual([]);
      expect(await seqs('?after=30')).toEqual([]);
    });

    it('names its neighbours, by which it is read to the end', async () => {
      const page = await links('?limit=7&around=15');
      expect(page.last).toBe('30');
      const follow = async (path: string | undefined, relation: 'prev' | 'next') => {
        const found: number[] = [];
        for (let at = path; at;) {
          const query = at.slice(at.indexOf('?'));
          found.push(...(await seqs(query)));
          at = (await links(query))[relation];
        }
        return found.toSorted((one, other) => one - other);
      };
      const all = [
        ...(await follow(page.prev, 'prev')),
        ...(await seqs('?limit=7&around=15')),
        ...(await follow(page.next, 'next')),
      ];
      expect(all).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    });

    it('has times that never go back, so that it is found by them after the clock was set back', async () => {
      const clock = await ada.makes('Clock');
      const { createdAt } = await ada.says(clock, 'before');
      const { now } = Date;
      class Earlier extends Date {
        constructor(...args: [number]) {
          super(...(args.length > 0 ? args : ([now() - 3_600_000] as [number])));
        }
      }
      const RealDate = Date;
      globalThis.Date = Earlier as DateConstructor;
      try {
        for (const text of ['after', 'and later']) await ada.says(clock, text);
      } finally {
        globalThis.Date = RealDate;
      }
      await ada.says(clock, 'the clock is right again');
      const messages = await messagesOf(ada, clock);
      const times = messages.map((message) => message.createdAt);
      expect(times).toEqual(times.toSorted());
      expect(times.slice(0, 3)).toEqual([createdAt, createdAt, createdAt]);
      const later = new Date(Date.parse(createdAt) + 1).toISOString();
      expect((await messagesOf(ada, clock, `?limit=1&at=${later}`)).map(({ seq }) => seq)).toEqual([
        4,
      ]);
    });

    it('is found by a time', async () => {
      const [tenth] = await messagesOf(ada, room, '?limit=1&after=9');
      const found = await seqs(`?limit=3&at=${tenth!.createdAt}`);
      expect(found).toContain(10);
      expect(await seqs('?limit=2&at=2001-01-01T00:00:00Z')).toEqual([1, 2]);
      const late = [
        '2999-01-01T00:00:00Z',
        '9999-12-31t23:59:59.999z',
        '9999-12-31T23:59:59-23:59',
      ];
      for (const at of late) expect((await seqs(`?limit=2&at=${at}`)).at(-1)).toBe(30);
      expect(await seqs('?limit=2&at=0100-01-01T00:00:00%2B23:59')).toEqual([1, 2]);
    });

    it.each([
      '?limit=0',
      '?limit=201',
      '?before=-1',
      '?after=x',
      '?before=1&after=2',
      '?at=monday',
      '?at=2026-W05',
      '?at=2026-02-30T00:00:00Z',
      '?at=2026-01-01T00:00:00%2B24:00',
      '?at=2026-12-31T23:59:60Z',
      '?foo=1',
    ])('refuses %s', async (query) => {
      const response = await ada.send('GET', `/api/rooms/${room.id}/messages${query}`);
      expect(await refusal(response)).toEqual([400, 'invalid-parameter']);
    });
  });

  describe('search', () => {
    let room: Room;
    const found = async (person: Person, query: string) =>
      (
        await person.gets<Message[]>(
          `/api/messages?${new URLSearchParams({ q: query }).toString()}`,
        )
      ).map(({ text }) => text);

    beforeAll(async () => {
      room = await ada.makes('Library', 'private');
      for (const text of [
        'The Analytical Engine weaves algebraic patterns',
        'Été à Straße, ÉCOLE',
        'engine-room: 42 pistons',
        'под ключ',
        '鐘, plan b',
      ])
        await ada.says(room, text);
    });

    it.each([
      ['engine', ['engine-room: 42 pistons', 'The Analytical Engine weaves algebraic patterns']],
      ['ENGINE weav', ['The Analytical Engine weaves algebraic patterns']],
      ['école', ['Été à Straße, ÉCOLE']],
      ['ecole strasse', ['Été à Straße, ÉCOLE']],
      ['room 42', ['engine-room: 42 pistons']],
      ['ключ', ['под ключ']],
      ['gine', []],
      // A single character is a whole word, not the beginning of every second one.
      ['plan b', ['鐘, plan b']],
      ['engine r', []],
      ['鐘', ['鐘, plan b']],
      ['"engine" OR NOT near(*', []],
      [`'; drop table messages; --`, []],
    ])('finds %j', async (query, texts) => {
      expect(await found(ada, query)).toEqual(texts);
    });

    it.each(['a', 'É', '7', '?', 'x'.repeat(201)])('refuses %j', async (query) => {
      const path = `/api/messages?${new URLSearchParams({ q: query }).toString()}`;
      expect(await refusal(await ada.send('GET', path))).toEqual([400, 'invalid-parameter']);
    });

    it('finds a word of any length by its beginning', async () => {
      const word = '𐐨'.repeat(8000);
      await ada.says(room, word);
      expect(await found(ada, '𐐨'.repeat(100))).toEqual([word]);
    });

    it('looks only at what stands in the rooms of who asks', async () => {
      const secret = await ada.makes('Frequent', 'private');
      for (let n = 0; n < 20; n++) await ada.says(secret, `frequent word ${n}`);
      await bob.says(await bob.makes('Seldom'), 'frequent once');
      const db = application.app.get(Database, { strict: false }).read;
      const rowsOf = async (person: Person) => {
        const search = messagesWith(db, termsOf('freq')!, { userId: person.id });
        return isPostgres(db)
          ? rowsOnPostgres(db, search)
          : rowsOnSqlite(databaseUrl, search.compile(db));
      };
      expect([await rowsOf(ada), await rowsOf(bob), await rowsOf(cy)]).toEqual([20, 1, 0]);
    });

    it('is limited for each person', async () => {
      const eager = await Person.signUp(application.url, 'eager');
      const search = () => eager.send('GET', '/api/messages?q=engine');
      for (let n = 0; n < SEARCHES; n++) expect((await search()).status).toBe(200);
      const refused = await search();
      expect(await refusal(refused)).toEqual([429, 'too-many-requests']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await ada.send('GET', '/api/messages?q=engine')).status).toBe(200);
    });

    it("finds nothing in other people's rooms, nor in those that were left", async () => {
      expect(await found(bob, 'engine')).toEqual([]);
      await ada.brings(bob, room);
      expect(await found(bob, 'engine')).toHaveLength(2);
      await bob.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
      expect(await found(bob, 'engine')).toEqual([]);
    });

    it('follows an edit', async () => {
      const message = await ada.says(room, 'a zebra');
      await ada.does('PATCH', `/api/rooms/${room.id}/messages/${message.id}`, { text: 'a gnu' });
      expect([await found(ada, 'zebra'), await found(ada, 'gnu')]).toEqual([[], ['a gnu']]);
    });

    it('goes page by page, and stays in one room where it is asked to', async () => {
      const other = await ada.makes('Other library');
      for (let n = 0; n < 5; n++) await ada.says(n % 2 ? room : other, `quagga ${n}`);
      const texts: (string | null)[] = [];
      for (let path: string | undefined = '/api/messages?q=quagga&limit=2'; path;) {
        const response = await ada.send('GET', path);
        texts.push(...((await response.json()) as Message[]).map(({ text }) => text));
        path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      }
      expect(texts).toEqual([4, 3, 2, 1, 0].map((n) => `quagga ${n}`));
      const inOne = await ada.gets<Message[]>(`/api/messages?q=quagga&room=${room.id}`);
      expect(inOne.map(({ text }) => text)).toEqual(['quagga 3', 'quagga 1']);
    });
  });

  describe('read markers', () => {
    const counts = async (person: Person, room: Room) => {
      const { readSeq, unread, mentions } = (await mine(person, room))!;
      return { readSeq, unread, mentions };
    };

    it('count what others have said since, exactly, and tell the other devices', async () => {
      const room = await ada.makes('Counted');
      await ada.says(room, 'before bob came');
      await bob.joins(room);
      expect(await counts(bob, room)).toEqual({ readSeq: 1, unread: 0, mentions: 0 });
      const device = await listening(bob);
      await ada.says(room, 'one @bob');
      const two = await ada.says(room, 'two @bob');
      const three = await ada.says(room, 'three');
      expect(await counts(bob, room)).toEqual({ readSeq: 1, unread: 3, mentions: 2 });
      await ada.does('DELETE', `/api/rooms/${room.id}/messages/${two.id}`);
      await ada.does('PATCH', `/api/rooms/${room.id}/messages/${three.id}`, { text: '3 @bob' });
      expect(await counts(bob, room)).toEqual({ readSeq: 1, unread: 2, mentions: 2 });

      const read = (seq: number) => bob.does('PUT', `/api/rooms/${room.id}/read`, { seq });
      const marker = { roomId: room.id, readSeq: 2, unread: 1, mentions: 1 };
      expect(await read(2)).toEqual(marker);
      expect(await read(1)).toEqual(marker);
      await device.receives(1, 'read.moved');
      expect(device.of('read.moved').map(({ data }) => data)).toEqual([marker]);
      expect(await read(99)).toEqual({ ...marker, readSeq: 4, unread: 0, mentions: 0 });
    });

    it('move along with what one says oneself', async () => {
      const room = await ada.makes('Own words');
      await bob.joins(room);
      const device = await listening(bob);
      await ada.says(room, 'one');
      await bob.says(room, 'two');
      await bob.says(room, 'three');
      expect(await counts(bob, room)).toEqual({ readSeq: 3, unread: 0, mentions: 0 });
      expect(await counts(ada, room)).toEqual({ readSeq: 1, unread: 2, mentions: 0 });
      // The messages themselves state it.
      await device.receives(3, 'message.posted');
      expect(device.of('read.moved')).toEqual([]);
    });
  });

  it('tells those in a room who is typing, and stores nothing of it', async () => {
    const room = await ada.makes('Typing', 'private');
    await ada.brings(bob, room);
    const [hears, other] = [await listening(bob), await listening(cy)];
    const { cursor } = hears;
    await ada.does('POST', `/api/rooms/${room.id}/typing`);
    await hears.receives(1, 'typing');
    expect(hears.of('typing')[0]!.data).toEqual({ roomId: room.id, userId: ada.id });
    expect(hears.cursor).toBe(cursor);
    expect(other.of('typing')).toEqual([]);
    expect((await cy.send('POST', `/api/rooms/${room.id}/typing`)).status).toBe(404);
  });

  it('keeps idempotency keys of two people apart', async () => {
    const make = (who: Person) =>
      who.send('POST', '/api/rooms', { kind: 'private', name: 'Same' }, { 'Idempotency-Key': 'k' });
    const rooms = (await Promise.all(
      [await make(ada), await make(ada), await make(bob)].map((one) => one.json()),
    )) as Room[];
    expect(rooms[1]!.id).toBe(rooms[0]!.id);
    expect(rooms[2]!.id).not.toBe(rooms[0]!.id);
  });
});

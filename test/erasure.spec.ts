import { isPostgres } from '@carillon/nestjs';
import { tablesOf } from '@carillon/nestjs/internal';
import { openDatabase, rewriteTables } from '@carillon/nestjs/operations';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { features } from '../src/app.module.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Member, Membership, Room } from '../src/rooms/room/room.js';
import { Erasures } from '../src/users/erasures.js';
import { EXPORTS_PER_HOUR } from '../src/users/personal-data.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { connectNodes } from './support/connected-nodes.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { recordedTypes } from './support/event-types.js';
import { collectStatistics, tablesIn, unfinished } from './support/everything.js';
import type { RawSubscriber } from './support/raw-subscriber.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PASSWORD, Person, send } from './support/people.js';
import { Program } from './support/program.js';
import { patch, post } from './support/requests.js';
import { until } from './support/wait.js';

/** Every table, and whether the id of an erased user, which is a pseudonym then, stays in it. */
const TABLES: Record<string, 'keeps the id' | 'keeps nothing'> = {
  users: 'keeps the id', // with the names of the pseudonym
  user_words: 'keeps nothing',
  erasures: 'keeps the id', // for a minute
  installation: 'keeps nothing',
  events: 'keeps the id', // without names and texts
  event_log: 'keeps nothing',
  carillon_inbox: 'keeps nothing', // until its rows are in the log
  inbox_permissions: 'keeps nothing',
  registered_topics: 'keeps nothing',
  registered_types: 'keeps nothing',
  carillon_migrations: 'keeps nothing',
  idempotency_keys: 'keeps the id', // for a day, without what was sent
  keys: 'keeps nothing',
  passwords: 'keeps nothing',
  identities: 'keeps nothing',
  sessions: 'keeps nothing',
  sign_in_failures: 'keeps nothing', // for some hours, under pseudonyms
  sign_in_sources: 'keeps nothing',
  rooms: 'keeps the id', // of the two of a direct conversation, which stays for the other one
  members: 'keeps the id', // likewise
  invitations: 'keeps nothing',
  blocks: 'keeps nothing',
  messages: 'keeps the id', // as their author
  notification_levels: 'keeps nothing',
  favourites: 'keeps nothing',
  saved_messages: 'keeps nothing',
  mentions: 'keeps nothing',
  reactions: 'keeps nothing',
  files: 'keeps the id', // of those who uploaded them, with their messages
  thread_followers: 'keeps nothing',
  history_lines: 'keeps the id', // of those who joined or left
  pins: 'keeps the id', // of those who pinned, as long as the message is pinned
  notifications: 'keeps nothing',
  notification_readers: 'keeps nothing',
  notification_order: 'keeps nothing',
  push_keys: 'keeps nothing',
  push_subscriptions: 'keeps nothing', // they end with the sessions
  push_queue: 'keeps nothing',
  hub_nodes: 'keeps nothing',
  hub_subscriptions: 'keeps nothing', // of callers that are no users
  subscriptions: 'keeps nothing',
  dead_letters: 'keeps the id', // as events; what they copy is redacted with the event
};

/** Every kind of event, and what becomes of those about an erased user. */
const EVENTS: Record<string, 'redacted' | 'holds ids only' | 'ends with the message'> = {
  'user.created': 'redacted',
  'user.updated': 'redacted',
  'user.removed': 'holds ids only',
  'user.erased': 'holds ids only',
  'key.created': 'holds ids only',
  'key.revoked': 'holds ids only',
  'session.started': 'redacted',
  'session.ended': 'holds ids only',
  'room.created': 'holds ids only',
  'room.updated': 'holds ids only',
  'room.joined': 'ends with the message',
  'room.left': 'holds ids only',
  'member.joined': 'holds ids only',
  'member.changed': 'holds ids only',
  'member.left': 'holds ids only',
  'member.invited': 'holds ids only',
  'member.uninvited': 'holds ids only',
  'message.posted': 'ends with the message',
  'message.edited': 'ends with the message',
  'message.deleted': 'holds ids only',
  'reaction.added': 'holds ids only',
  'reaction.removed': 'holds ids only',
  'read.moved': 'holds ids only',
  'level.changed': 'holds ids only',
  'favourite.changed': 'holds ids only',
  'saved.changed': 'holds ids only',
  'thread.changed': 'holds ids only',
  'message.pinned': 'holds ids only',
  'message.unpinned': 'holds ids only',
  'block.added': 'holds ids only',
  'block.removed': 'holds ids only',
  'notification.created': 'redacted',
  'notification.read': 'holds ids only',
};

describe.each(ENGINES)('what is erased on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let here: RunningApplication;
  let there: RunningApplication;
  let shop: Program;
  let ada: Person;
  let bob: Person;
  let room: Room;
  const subscribers: RawSubscriber[] = [];

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    const environment = { DATABASE_URL: database, SIGN_IN_ATTEMPTS: '0' };
    here = await startApplication(environment);
    there = await startApplication(environment);
    connectNodes(here, there);
    [ada, bob] = [await Person.signUp(here.url, 'ada'), await Person.signUp(here.url, 'bob')];
    shop = await Program.notifier(here);
    room = await ada.makes('Analysis');
    await bob.joins(room);
  });
  afterEach(() => Promise.all(subscribers.splice(0).map((subscriber) => subscriber.close())));
  afterAll(async () => {
    await there.stop();
    await here.stop();
    await engine.stop();
  });

  const listening = async (person: Person, cursor = '') => {
    const subscriber = await person.listens(`/api/events?lastEventId=${cursor}`);
    subscribers.push(subscriber);
    return subscriber;
  };
  const tablesWith = async (trace: RegExp) =>
    [...(await tablesIn(database))].filter(([, rows]) => trace.test(rows)).map(([name]) => name);
  /** What a node that has caught up with `last` delivers from the beginning. */
  const replayed = async (application: RunningApplication, last: string) => {
    const subscriber = await listening(bob.at(application.url), 'earliest');
    return subscriber.until(({ events }) => events.some(({ id }) => id === last));
  };
  const pathOf = ({ id }: Message) => `/api/rooms/${room.id}/messages/${id}`;

  it('a message leaves its text in no table, and in no replay of any node, from its memory or from the log', async () => {
    const received = await listening(bob.at(there.url));
    const kept = await ada.says(room, 'A kept sentence about quagga.');
    const posted = await ada.send(
      'POST',
      `/api/rooms/${room.id}/messages`,
      { clientId: randomUUID(), text: 'A passing zyzzyva, @bob!' },
      { 'Idempotency-Key': randomUUID() },
    );
    const message = (await posted.json()) as Message;
    // Its last message is in what a new member receives.
    const cy = await Person.signUp(here.url, 'cy');
    await cy.joins(room);
    await received.receives(1, 'member.joined');
    // Puts pages of a replay together, which the node keeps for the next one.
    for (const node of [here, there]) {
      const before = await replayed(node, received.of('member.joined').at(-1)!.id!);
      expect(before.body).toContain('zyzzyva');
    }
    expect(await tablesWith(/zyzzyva/)).toContain('events');

    await ada.does('DELETE', pathOf(message));
    expect(await tablesWith(/zyzzyva/)).toEqual([]);
    expect(await tablesWith(/quagga/)).toContain('events');
    await received.receives(1, 'message.deleted');
    expect(received.of('reset')).toEqual([]);
    const { id } = received.of('message.deleted')[0]!;
    for (const node of [here, there, await startAgain()]) {
      const after = await replayed(node, id!);
      expect(after.body).not.toContain('zyzzyva');
      const delivered = after.of('message.posted').map(({ data }) => data);
      expect(delivered).toContainEqual(kept);
      expect(delivered).toContainEqual({ ...message, text: null });
      // From a place inside the page that was kept.
      const again = await listening(bob.at(node.url), after.of('message.posted')[0]!.id);
      await again.until(({ events }) => events.some((event) => event.id === id));
      expect(again.body).not.toContain('zyzzyva');
    }
  });

  it('an edit leaves the text until then in no table and no replay, and the next one that of the first', async () => {
    const received = await listening(bob.at(there.url));
    const message = await ada.says(room, 'The first wording: xylograph');
    await ada.does('PATCH', pathOf(message), { text: 'The second wording: yttrium' });
    expect(await tablesWith(/xylograph/)).toEqual([]);
    await ada.does('PATCH', pathOf(message), { text: 'The third wording: zircon' });
    expect(await tablesWith(/xylograph|yttrium/)).toEqual([]);
    await received.receives(2, 'message.edited');
    const { id } = received.of('message.edited')[1]!;
    for (const node of [here, there]) {
      const { body } = await replayed(node, id!);
      expect(body).not.toMatch(/xylograph|yttrium/);
      expect(body).toContain('zircon');
    }
  });

  it('is not mistaken for a restored database by the node that delivered its last event', async () => {
    const received = await listening(bob.at(there.url));
    const message = await ada.says(room, 'wombat');
    await received.receives(1, 'message.posted');
    await ada.does('DELETE', pathOf(message));
    await received.receives(1, 'message.deleted');
    const { id } = await ada.says(room, 'after it');
    await received.until(({ events }) => JSON.stringify(events).includes(id));
    expect(received.of('reset')).toEqual([]);
  });

  it('is in no file of the database any more once that is scrubbed', async () => {
    const message = await ada.says(room, 'An ephemeral axolotl, which nobody shall find.');
    // PostgreSQL writes its files now and then.
    if (!database.startsWith('sqlite:')) await runAsOtherProgram(database, 'checkpoint');
    expect(await engine.filesWith('axolotl')).not.toEqual([]);
    await ada.does('DELETE', pathOf(message));
    await scrub();
    expect(await engine.filesWith('axolotl')).toEqual([]);
  });

  it('waits for whoever can still see what was deleted, or says who that is', async () => {
    if (database.startsWith('sqlite:')) return;
    const message = await ada.says(room, 'A transient quokka, which an old transaction sees.');
    const reader = new pg.Client({ connectionString: database, application_name: 'report' });
    await reader.connect();
    try {
      await reader.query('begin isolation level repeatable read');
      await reader.query('select 1');
      await ada.does('DELETE', pathOf(message));
      await expect(scrub(1_000)).rejects.toThrow(/the connection \d+ \(report\) can still see it/);
      const scrubbed = scrub();
      await reader.query('commit');
      await scrubbed;
      expect(await engine.filesWith('quokka')).toEqual([]);
    } finally {
      await reader.end();
    }
  });

  it('waits for whoever can still see the statistics that a scrub replaces', async () => {
    if (database.startsWith('sqlite:')) return;
    const message = await ada.says(room, 'A furtive numbat, which statistics have.');
    await collectStatistics(database);
    await ada.does('DELETE', pathOf(message));
    const reader = new pg.Client({ connectionString: database, application_name: 'report' });
    const blocker = new pg.Client(database);
    await Promise.all([reader.connect(), blocker.connect()]);
    try {
      await blocker.query('begin; lock table messages in access share mode');
      const scrubbed = scrub(1_000);
      void scrubbed.catch(() => undefined);
      await until(async () => {
        const { rows } = await reader.query(
          `select from pg_locks where relation = 'messages'::regclass and not granted`,
        );
        return rows.length > 0;
      });
      await reader.query('begin isolation level repeatable read');
      await reader.query('select 1');
      await blocker.query('commit');
      await expect(scrubbed).rejects.toThrow(/the connection \d+ \(report\) can still see it/);
      await reader.query('commit');
      await scrub();
      expect(await engine.filesWith('numbat')).toEqual([]);
    } finally {
      await Promise.all([reader.end(), blocker.end()]);
    }
  });

  /** As `npm run scrub` does. */
  const scrub = async (wait = 10_000) => {
    const tables = tablesOf(features).map(({ name }) => name);
    const opened = await openDatabase(database, features);
    try {
      if (isPostgres(opened.write))
        await opened.maintain(10_000, (db) => rewriteTables(db, tables, wait));
      else await opened.scrub(tables);
    } finally {
      await opened.close();
    }
  };

  describe('an account', () => {
    const NAMES = { firstname: 'Xanthippe', lastname: 'Quillfeather' };
    const isDone = async (url = database) => (await unfinished(url)) === 0;
    const roomsOf = (person: Person) => person.gets<Membership[]>('/api/me/rooms');

    it('has an entry for every table and every kind of event', () => {
      const tables = tablesOf(features).map(({ name }) => name);
      expect(Object.keys(TABLES).toSorted()).toEqual(tables.toSorted());
      expect(Object.keys(EVENTS).toSorted()).toEqual(recordedTypes(features).toSorted());
    });

    it('leaves nothing but a pseudonym, and no stream or sign-in, on any node', async () => {
      const eve = await Person.signUp(here.url, 'evangeline', NAMES);
      await eve.does('PATCH', `/api/users/${eve.id}`, { lastname: 'Quagmire' });
      const credentials = { username: 'evangeline', password: PASSWORD };
      const agent = { 'User-Agent': 'Zirconia/1.0' };
      await send(here.url, 'POST', '/api/session', credentials, agent);
      const alone = await eve.makes('Alone');
      const shared = await eve.makes('Shared', 'private');
      await eve.brings(ada, shared);
      await eve.brings(bob, shared);
      const open = { kind: 'direct', userId: bob.id };
      const direct = await eve.does<Room>('POST', '/api/rooms', open);
      const said = await eve.says(direct, 'What eve said stays.');
      await eve.does('PUT', `/api/rooms/${direct.id}/notifications`, { level: 'nothing' });
      await eve.does('PUT', `/api/rooms/${direct.id}/favourite`);
      await eve.does('PUT', `/api/rooms/${direct.id}/messages/${said.id}/saved`);
      const cy = await Person.signUp(here.url, `cy-${randomUUID().slice(0, 8)}`);
      await eve.does('POST', `/api/rooms/${alone.id}/invitations`, { userId: cy.id });
      const invited = await cy.makes('Hers', 'private');
      await cy.does('POST', `/api/rooms/${invited.id}/invitations`, { userId: eve.id });
      await bob.does('PUT', `/api/me/blocks/${eve.id}`);
      await eve.does('PUT', `/api/me/blocks/${cy.id}`);
      const mention = await bob.says(shared, 'Ask @evangeline, or @Evangeline.');
      const sent = await shop.notifies({ userId: eve.id }, 'For Quagmire, from the shop');
      await eve.does('PUT', '/api/me/notifications/read', { upTo: sent.id });
      const streams = [await listening(eve), await listening(eve.at(there.url))];
      const received = await listening(bob.at(there.url));
      const directory = await bob.listens('/api/users/event');
      subscribers.push(directory);
      await collectStatistics(database);
      const holding = await tablesWith(/Quagmire/);
      expect(holding).toContain('users');
      expect(holding.includes('pg_stats')).toBe(database.startsWith('postgres:'));

      expect((await eve.send('DELETE', '/api/me', { password: 'another one' })).status).toBe(403);
      expect((await eve.send('DELETE', '/api/me', { confirm: 'evangeline' })).status).toBe(422);
      expect((await eve.send('DELETE', '/api/me', { password: PASSWORD })).status).toBe(204);
      for (const stream of streams) await stream.until(({ ended }) => ended);
      for (const { url } of [here, there])
        expect((await eve.at(url).send('GET', '/api/session')).status).toBe(401);
      expect((await send(here.url, 'POST', '/api/session', credentials)).status).toBe(401);
      await until(() => isDone());

      const trace = /evangeline|Xanthippe|Quillfeather|Quagmire|Zirconia/i;
      const tables = await tablesIn(database);
      const ofStatistics = holding.filter((name) => name === 'pg_stats');
      expect(await tablesWith(trace)).toEqual(ofStatistics);
      await scrub();
      expect(await tablesWith(trace)).toEqual([]);
      for (const name of ['evangeline', 'Xanthippe', 'Quillfeather', 'Quagmire', 'Zirconia'])
        expect(await engine.filesWith(name)).toEqual([]);
      const keeping = [...tables].filter(([, rows]) => rows.includes(eve.id)).map(([name]) => name);
      expect(keeping.filter((name) => TABLES[name] === 'keeps nothing')).toEqual([]);

      const pseudonym = { firstname: 'Deleted user', lastname: '' };
      const user = await bob.gets<User>(`/api/users/${eve.id}`);
      expect(user).toMatchObject({ id: eve.id, ...pseudonym });
      expect(user).not.toHaveProperty('username');
      expect((await bob.gets<User[]>('/api/users?limit=1000')).map(({ id }) => id)).not.toContain(
        eve.id,
      );
      await received.receives(1, 'user.erased');
      expect(received.of('user.erased')[0]!.data).toEqual(user);
      await directory.receives(1, 'remove');
      expect(directory.of('remove')[0]!.data).toEqual({ id: eve.id });
      await received.receives(1, 'message.edited');
      const edited = { ...mention, text: 'Ask Deleted user, or Deleted user.', mentions: [] };
      expect(await bob.gets(`/api/rooms/${shared.id}/messages/${mention.id}`)).toEqual(edited);
      expect(await bob.gets(`/api/rooms/${direct.id}/messages/${said.id}`)).toEqual(said);
      expect((await roomsOf(bob)).map(({ room }) => room.id)).toContain(direct.id);
      const members = await ada.gets<Member[]>(`/api/rooms/${shared.id}/members`);
      expect(members.map(({ userId, role }) => [userId, role])).toEqual(
        [
          [ada.id, 'owner'],
          [bob.id, 'member'],
        ].toSorted(),
      );
      expect((await ada.gets<Room>(`/api/rooms/${alone.id}`)).archivedAt).not.toBeNull();
      expect(await cy.gets('/api/me/invitations')).toEqual([]);

      const last = await ada.says(shared, 'The end.');
      await received.until(({ events }) => JSON.stringify(events).includes(last.id));
      const { id } = received.of('message.posted').at(-1)!;
      for (const node of [here, there, await startAgain()])
        expect(trace.test((await replayed(node, id!)).body)).toBe(false);
    });

    it('cannot be changed or removed by anyone once it is erased, and its username is free', async () => {
      const gone = await Person.signUp(here.url, 'gone');
      await gone.does('DELETE', '/api/me', { password: PASSWORD });
      const path = `${here.url}/api/users/${gone.id}`;
      expect((await patch(path, { firstname: 'Back' })).status).toBe(404);
      expect((await fetch(path, { method: 'DELETE' })).status).toBe(404);
      expect((await Person.signUp(here.url, 'gone')).id).not.toBe(gone.id);
    });

    it('takes its messages along where that is asked, and goes on after a restart', async () => {
      const own = await engine.createDatabase();
      const start = () => startApplication({ DATABASE_URL: own, SIGN_IN_ATTEMPTS: '0' });
      let node = await start();
      const eve = await Person.signUp(node.url, 'eve');
      const talk = await eve.makes('Talk');
      const bo = await Person.signUp(node.url, 'bo');
      await bo.joins(talk);
      // Not all at once: a command waits for at most 3 s, also on a busy machine.
      for (let first = 0; first < 200; first += 25)
        await Promise.all(
          Array.from({ length: 25 }, (_, n) => eve.says(talk, `zyzzyva number ${first + n}`)),
        );
      const account = { password: PASSWORD, messages: 'delete' };
      expect((await eve.send('DELETE', '/api/me', account)).status).toBe(204);
      await node.stop();
      expect(await unfinished(own)).toBe(1);
      const half = await tablesIn(own);
      expect(half.get('messages')).toContain('zyzzyva');

      node = await start();
      try {
        await until(() => isDone(own));
        expect([...(await tablesIn(own)).values()].join().includes('zyzzyva')).toBe(false);
        const left = await bo.at(node.url).reads(talk);
        expect(left).toEqual(left.map(() => null));
        expect(left).toHaveLength(200);
      } finally {
        await node.stop();
      }
    });

    it('takes long messages along one by one, so that no command waits for all of them', async () => {
      const writer = await Person.signUp(here.url, 'writer');
      await writer.joins(room);
      const long = await Promise.all(
        Array.from({ length: 4 }, (_, n) => writer.says(room, `${n}`.repeat(8000))),
      );
      await writer.does('DELETE', '/api/me', { password: PASSWORD, messages: 'delete' });
      await until(() => isDone(database));
      const times = await Promise.all(
        long.map(async (message) => (await ada.gets<Message>(pathOf(message))).deletedAt),
      );
      expect(times).not.toContain(null);
      // Two transactions may end in the same millisecond, but not all four.
      expect(new Set(times).size).toBeGreaterThan(1);
    });

    it('is looked after once more, for what requests under way have still stored', async () => {
      const late = await Person.signUp(here.url, 'late');
      await late.does('DELETE', '/api/me', { password: PASSWORD });
      await until(() => isDone());
      await runAsOtherProgram(
        database,
        `insert into members (room_id, user_id, role, read_seq, joined_at)
           values ('${room.id}', '${late.id}', 'member', 0, '2026-01-01T00:00:00.000Z');
         update erasures set again_at = '2026-01-01T00:00:00.000Z' where user_id = '${late.id}'`,
      );
      const left = async () =>
        [...(await tablesIn(database))].filter(
          ([name, rows]) => /^(members|erasures)$/.test(name) && rows.includes(late.id),
        ).length;
      expect(await left()).toBe(2);
      await here.app.get(Erasures, { strict: false }).continueAll();
      await until(async () => (await left()) === 0);
      expect(await left()).toBe(0);
    });

    it('is exported as a whole, without secrets', async () => {
      const flo = await Person.signUp(here.url, 'flo', { firstname: 'Florence' });
      const room = await flo.makes('Wards');
      const { reactions, thread, ...message } = await flo.says(room, 'About statistics');
      const guest = await Person.signUp(here.url, 'guest-of-flo');
      await guest.joins(room);
      await guest.says(room, 'Words of somebody else');
      const response = await flo.send('GET', '/api/me/export');
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(response.headers.get('cache-control')).toBe('no-store');
      const text = await response.text();
      const all = JSON.parse(text) as Record<string, Record<string, unknown>[]>;
      expect(all).toMatchObject({
        profile: [flo.user],
        sessions: [{ id: flo.sessionId }],
        identities: [],
        invitations: [],
        messages: [message],
      });
      expect(all['memberships']!.map(({ room }) => (room as Room).id)).toEqual([room.id]);
      expect(all['events']!.map(({ type }) => type)).toEqual(['user.created', 'session.started']);
      expect([reactions, thread]).toEqual([[], null]);
      expect(text).not.toMatch(/argon2|token/);
      expect(text).not.toContain('Words of somebody else');
    });

    it('is exported some times an hour, since that reads all of it', async () => {
      const gus = await Person.signUp(here.url, 'gus');
      const statuses: number[] = [];
      for (let n = 0; n <= EXPORTS_PER_HOUR; n++) {
        const response = await gus.send('GET', '/api/me/export');
        await response.text();
        statuses.push(response.status);
      }
      expect(statuses).toEqual([...Array<number>(EXPORTS_PER_HOUR).fill(200), 429]);
    });
  });

  it('an entry of the directory leaves its names in no table and no replay', async () => {
    const body = { firstname: 'Bartholomew', lastname: 'Wigglesworth' };
    const received = await listening(bob.at(there.url));
    const response = await post(`${here.url}/api/users`, body, {
      'Idempotency-Key': randomUUID(),
    });
    const { id } = (await response.json()) as User;
    await patch(`${here.url}/api/users/${id}`, { lastname: 'Higginbotham' });
    await fetch(`${here.url}/api/users/${id}`, { method: 'DELETE' });
    const trace = /Bartholomew|Wigglesworth|Higginbotham/;
    expect(await tablesWith(trace)).toEqual([]);
    await received.receives(1, 'user.removed');
    for (const node of [here, there])
      expect(trace.test((await replayed(node, received.of('user.removed')[0]!.id!)).body)).toBe(
        false,
      );
  });

  let restarted: RunningApplication | undefined;
  const startAgain = async () =>
    (restarted = await startApplication({ DATABASE_URL: database, SIGN_IN_ATTEMPTS: '0' }));
  afterEach(async () => {
    await restarted?.stop();
    restarted = undefined;
  });
});

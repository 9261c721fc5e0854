import { UnitOfWork } from '@carillon/nestjs';
import { SubscriberRegistry } from '@carillon/nestjs/internal';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Config } from '../src/config.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import type { RawSubscriber } from './support/raw-subscriber.js';
import { Person } from './support/people.js';
import type { EngineUnderTest } from './support/engines.js';
import { sharedPostgres } from './support/shared-postgres.js';
import { CarillonProcess } from './support/process.js';
import { throughout, until } from './support/wait.js';

interface PresenceChange {
  readonly online: readonly string[];
  readonly offline: readonly string[];
  readonly complete: boolean;
}

/** Who is online according to everything that a client's stream delivered. */
function online({ events }: RawSubscriber): Set<string> {
  let known = new Set<string>();
  for (const { type, data } of events) {
    if (type !== 'presence') continue;
    const { online: came, offline: went, complete } = data as PresenceChange;
    known = new Set(complete ? came : [...known, ...came]);
    for (const userId of went) known.delete(userId);
  }
  return known;
}

const sees = (subscriber: RawSubscriber, ...people: Person[]) =>
  subscriber.until((one) => {
    const ids = online(one);
    return ids.size === people.length && people.every(({ id }) => ids.has(id));
  });

const offlineEventsOf = ({ id }: Person, subscriber: RawSubscriber) =>
  subscriber.of('presence').filter(({ data }) => (data as PresenceChange).offline.includes(id));

/** Milliseconds after which a user whose last stream has ended is offline: at once, or enough to open another one. */
const GRACE = 100;
const LONG_GRACE = 1000;

describe('presence', () => {
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let cy: Person;
  let room: Room;
  const subscribers: RawSubscriber[] = [];
  const listening = async (person: Person, path?: string) => {
    const subscriber = await person.listens(path);
    subscribers.push(subscriber);
    return subscriber;
  };

  const setGrace = (milliseconds: number) =>
    void (application.app.get(Config, { strict: false }).PRESENCE_GRACE = milliseconds);

  beforeAll(async () => {
    const settings = { SIGN_IN_ATTEMPTS: '0', PRESENCE_GRACE: `${GRACE}ms` };
    application = await startApplication(settings);
    [ada, bob, cy] = (await Promise.all(
      ['ada', 'bob', 'cy'].map((name) => Person.signUp(application.url, name)),
    )) as [Person, Person, Person];
    room = await ada.makes('Together', 'private');
    await ada.brings(bob, room);
  });
  afterEach(() => Promise.all(subscribers.splice(0).map((subscriber) => subscriber.close())));
  afterAll(() => application.stop());

  it('tells those who share a room, and nobody else', async () => {
    const other = await listening(cy);
    const first = await listening(ada);
    await sees(first, ada);
    const second = await listening(bob);
    await Promise.all([sees(first, ada, bob), sees(second, ada, bob), sees(other, cy)]);
  });

  it('lasts while one of several tabs is open, and across a reload', async () => {
    const hall = await ada.makes('Hall');
    await cy.joins(hall);
    const [watcher, later] = [await listening(ada), await cy.listens()];
    const tabs = await Promise.all(Array.from({ length: 3 }, () => bob.listens()));
    await sees(watcher, ada, bob, cy);
    setGrace(LONG_GRACE);
    await Promise.all(tabs.slice(1).map((tab) => tab.close()));
    await tabs[0]!.close();
    const registry = application.app.get(SubscriberRegistry, { strict: false });
    await until(() => !registry.hasUser(bob.id));
    const anew = await bob.listens();
    // Cy leaves later than Bob, so Bob's time is over when Cy's is.
    await later.close();
    await sees(watcher, ada, bob);
    expect(offlineEventsOf(bob, watcher)).toEqual([]);

    setGrace(GRACE);
    await anew.close();
    await sees(watcher, ada);
    await cy.does('DELETE', `/api/rooms/${hall.id}/members/${cy.id}`);
  });

  it('is right on a stream of named topics: of those in the rooms that it names, from the start', async () => {
    const hall = await ada.makes('Hall');
    for (const person of [bob, cy]) await person.joins(hall);
    const [first, second] = [await listening(bob), await listening(cy)];
    await Promise.all([sees(first, bob, cy), sees(second, bob, cy)]);

    const inHall = await listening(ada, `/api/events?topic=rooms/${hall.id}`);
    const inRoom = await listening(ada, `/api/events?topic=rooms/${room.id}&topic=users`);
    const ofSelf = await listening(ada, `/api/events?topic=accounts/${ada.id}`);
    const all = await listening(ada);
    await Promise.all([sees(inHall, ada, bob, cy), sees(inRoom, ada, bob)]);
    await Promise.all([sees(ofSelf, ada), sees(all, ada, bob, cy)]);
    await ada.does('DELETE', `/api/rooms/${hall.id}/members/${bob.id}`);
    await second.close();
    await Promise.all([sees(inHall, ada), sees(inRoom, ada, bob), sees(all, ada, bob)]);
    await sees(ofSelf, ada);
    await first.close();
    await Promise.all([sees(inRoom, ada), sees(all, ada)]);
    await cy.does('DELETE', `/api/rooms/${hall.id}/members/${cy.id}`);
  });

  it('comes with a room that one gets into', async () => {
    const [watcher, newcomer] = [await listening(ada), await listening(cy)];
    await sees(newcomer, cy);
    await ada.brings(cy, room);
    await Promise.all([sees(watcher, ada, cy), sees(newcomer, ada, cy)]);
  });

  it('is not sent in a room of more than 1,000, except for users who leave: they may have joined while it was small', async () => {
    const dan = await Person.signUp(application.url, 'dan');
    const large = await ada.makes('Large');
    await dan.joins(large);
    const [watcher, first] = [await listening(ada), await dan.listens()];
    await sees(watcher, ada, dan);
    await fill(large, 1000);
    await first.close();
    await sees(watcher, ada);

    const late = await listening(ada);
    const second = await listening(dan);
    await sees(second, dan);
    // Typing is not sent in a room of that size, either.
    await ada.does('POST', `/api/rooms/${large.id}/typing`);
    await ada.says(large, 'after it');
    await Promise.all([watcher, late].map((one) => one.receives(1, 'message.posted')));
    expect([...watcher.of('typing'), ...late.of('typing')]).toEqual([]);
    await Promise.all([sees(watcher, ada), sees(late, ada)]);
  });

  it('ends with the application: users who leave then cause no query on the closed database', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const ending = await startApplication({ PRESENCE_GRACE: '100ms' });
    const dora = await Person.signUp(ending.url, 'dora');
    const stream = await dora.listens();
    await sees(stream, dora);
    await ending.app.close();
    await stream.until(({ ended }) => ended);
    await throughout(200, () => warned.mock.calls.length === 0);
    warned.mockRestore();
    rmSync(dirname(ending.database), { recursive: true });
  });

  /** Past the API, which would take a minute. */
  async function fill({ id }: Room, count: number): Promise<void> {
    const now = new Date().toISOString();
    const ids = Array.from({ length: count }, () => randomUUID());
    const users = ids.map((userId) => ({
      id: userId,
      firstname: 'One',
      lastname: 'OfMany',
      username: null,
      created_at: now,
      updated_at: now,
    }));
    const members = ids.map((userId) => ({
      room_id: id,
      user_id: userId,
      role: 'member' as const,
      read_seq: 0,
      joined_at: now,
    }));
    await application.app.get(UnitOfWork, { strict: false }).run(async ({ db }) => {
      await db.insertInto('users').values(users).execute();
      await db.insertInto('members').values(members).execute();
    });
  }
});

describe('presence over several nodes', () => {
  let server: EngineUnderTest;
  let nodes: CarillonProcess[] = [];
  const subscribers: RawSubscriber[] = [];

  beforeAll(async () => {
    server = await sharedPostgres();
    const DATABASE_URL = await server.createDatabase();
    const settings = { DATABASE_URL, PRESENCE_TIMEOUT: '3s', LOG_LEVEL: 'info' };
    nodes = await Promise.all([1, 2].map(() => CarillonProcess.start(settings)));
  });
  afterAll(async () => {
    await Promise.all(subscribers.map((subscriber) => subscriber.close()));
    await Promise.all(nodes.map((node) => node.kill()));
    for (const { folder } of nodes) rmSync(folder, { recursive: true, force: true });
    await server.stop();
  });

  it('crosses them, and ends for those whose node has crashed, unless they are back at another', async () => {
    const [one, two] = nodes.map(({ url }) => url) as [string, string];
    const people = await Promise.all(['ada', 'bob', 'cy'].map((name) => Person.signUp(one, name)));
    const [ada, bob, cy] = people as [Person, Person, Person];
    const room = await ada.makes('Everywhere');
    await Promise.all([bob.joins(room), cy.joins(room)]);

    const watcher = await ada.at(one).listens();
    subscribers.push(watcher);
    for (const person of [bob, cy]) subscribers.push(await person.at(two).listens());
    await sees(watcher, ada, bob, cy);
    await bob.at(two).does('POST', `/api/rooms/${room.id}/typing`);
    await watcher.receives(1, 'typing');

    // What is changed at one node ends what is open at another one, within a second.
    const dan = await Person.signUp(one, 'dan');
    await dan.joins(room);
    const [removed, revoked] = [await dan.at(two).listens(), await dan.at(two).listens()];
    subscribers.push(removed, revoked);
    await ada.does('DELETE', `/api/rooms/${room.id}/members/${dan.id}`);
    await removed.until(({ events }) => events.some(({ type }) => type === 'room.left'), 1000);
    await ada.says(room, 'dan does not hear this');
    await dan.does('DELETE', `/api/sessions/${dan.sessionId}`);
    await Promise.all([removed, revoked].map((stream) => stream.until(({ ended }) => ended, 1000)));
    expect(removed.of('message.posted')).toEqual([]);
    // Nobody shares a room with him any more.
    await sees(watcher, ada, bob, cy);

    await nodes[1]!.kill();
    const back = await bob.at(one).listens();
    subscribers.push(back);
    await watcher.until((subscriber) => !online(subscriber).has(cy.id));
    await Promise.all([sees(watcher, ada, bob), sees(back, ada, bob)]);
    expect(offlineEventsOf(bob, watcher)).toEqual([]);
  });
});

describe('several processes on one SQLite file', () => {
  it("deliver transient events to each other's subscribers", async () => {
    const settings = { WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' };
    const carillon = await CarillonProcess.start(settings);
    const { url } = carillon;
    const subscribers: RawSubscriber[] = [];
    try {
      const [ada, bob] = [await Person.signUp(url, 'ada'), await Person.signUp(url, 'bob')];
      const room = await ada.makes('Both');
      await bob.joins(room);
      // The system deals connections out, so as good as always some of these are at each process.
      for (let n = 0; n < 6; n++) subscribers.push(await bob.listens());
      for (let n = 0; n < 4; n++) await ada.does('POST', `/api/rooms/${room.id}/typing`);
      for (const subscriber of subscribers) await subscriber.receives(4, 'typing');
      for (const subscriber of subscribers) expect(subscriber.of('typing')).toHaveLength(4);
    } finally {
      await Promise.all(subscribers.map((subscriber) => subscriber.close()));
      await carillon.stop();
      rmSync(carillon.folder, { recursive: true, force: true });
    }
  });
});

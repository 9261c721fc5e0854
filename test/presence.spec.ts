import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnitOfWork } from '../src/database/unit-of-work.js';
import type { Room } from '../src/rooms/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import type { RawListener } from './support/listener.js';
import { Person } from './support/people.js';
import { PostgresServer } from './support/postgres.js';
import { CarillonProcess } from './support/process.js';

interface PresenceChange {
  readonly online: readonly string[];
  readonly offline: readonly string[];
  readonly complete: boolean;
}

/** Who is online, as a client that has heard all that its stream told knows it. */
function online({ events }: RawListener): Set<string> {
  let known = new Set<string>();
  for (const { type, data } of events) {
    if (type !== 'presence') continue;
    const { online: came, offline: went, complete } = data as PresenceChange;
    known = new Set(complete ? came : [...known, ...came]);
    for (const userId of went) known.delete(userId);
  }
  return known;
}

const sees = (listener: RawListener, ...people: Person[]) =>
  listener.until((one) => {
    const ids = online(one);
    return ids.size === people.length && people.every(({ id }) => ids.has(id));
  });

describe('presence', () => {
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let cy: Person;
  let room: Room;
  const listeners: RawListener[] = [];
  const listening = async (person: Person, path?: string) => {
    const listener = await person.listens(path);
    listeners.push(listener);
    return listener;
  };

  beforeAll(async () => {
    application = await startApplication({ SIGN_IN_ATTEMPTS: '0' });
    [ada, bob, cy] = (await Promise.all(
      ['ada', 'bob', 'cy'].map((name) => Person.signUp(application.url, name)),
    )) as [Person, Person, Person];
    room = await ada.makes('Together', 'private');
    await ada.brings(bob, room);
  });
  afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.close())));
  afterAll(() => application.stop());

  it('tells those who share a room, and nobody else', async () => {
    const other = await listening(cy);
    const first = await listening(ada);
    await sees(first, ada);
    const second = await listening(bob);
    await Promise.all([sees(first, ada, bob), sees(second, ada, bob), sees(other, cy)]);
  });

  it('lasts as long as one of several tabs is open, and over a page that is loaded anew', async () => {
    const watcher = await listening(ada);
    const tabs = await Promise.all(Array.from({ length: 3 }, () => bob.listens()));
    await sees(watcher, ada, bob);
    await Promise.all(tabs.slice(1).map((tab) => tab.close()));
    await tabs[0]!.close();
    await sleep(1000);
    const anew = await bob.listens();
    await sleep(3000);
    const left = watcher
      .of('presence')
      .filter(({ data }) => (data as PresenceChange).offline.includes(bob.id));
    expect(left).toEqual([]);

    await anew.close();
    await sees(watcher, ada);
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

  it('is not told in a room of more than 1,000, but for those who go: they may have come while it was small', async () => {
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
    // Typing is not told in a room of that size, either.
    await ada.does('POST', `/api/rooms/${large.id}/typing`);
    await ada.says(large, 'after it');
    await Promise.all([watcher, late].map((one) => one.hears(1, 'message.posted')));
    expect([...watcher.of('typing'), ...late.of('typing')]).toEqual([]);
    await Promise.all([sees(watcher, ada), sees(late, ada)]);
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
  let server: PostgresServer;
  let nodes: CarillonProcess[] = [];
  const listeners: RawListener[] = [];

  beforeAll(async () => {
    server = await PostgresServer.start();
    const settings = { DATABASE_URL: await server.createDatabase(), LOG_LEVEL: 'info' };
    nodes = await Promise.all([1, 2].map(() => CarillonProcess.start(settings)));
  });
  afterAll(async () => {
    await Promise.all(listeners.map((listener) => listener.close()));
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
    listeners.push(watcher);
    for (const person of [bob, cy]) listeners.push(await person.at(two).listens());
    await sees(watcher, ada, bob, cy);
    await bob.at(two).does('POST', `/api/rooms/${room.id}/typing`);
    await watcher.hears(1, 'typing');

    // What is changed at one node ends what is open at another one, within a second.
    const dan = await Person.signUp(one, 'dan');
    await dan.joins(room);
    const [removed, revoked] = [await dan.at(two).listens(), await dan.at(two).listens()];
    listeners.push(removed, revoked);
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
    listeners.push(back);
    // A node is believed for 15 s after its last sign of life.
    await watcher.until((listener) => !online(listener).has(cy.id), 25_000);
    await Promise.all([sees(watcher, ada, bob), sees(back, ada, bob)]);
    const bobLeft = watcher
      .of('presence')
      .filter(({ data }) => (data as PresenceChange).offline.includes(bob.id));
    expect(bobLeft).toEqual([]);
  });
});

describe('several processes on one SQLite file', () => {
  it('carry ephemeral facts to each other', async () => {
    const carillon = await CarillonProcess.start({ WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' });
    const { url } = carillon;
    const listeners: RawListener[] = [];
    try {
      const [ada, bob] = [await Person.signUp(url, 'ada'), await Person.signUp(url, 'bob')];
      const room = await ada.makes('Both');
      await bob.joins(room);
      // The system deals connections out, so as good as always some of these are at each process.
      for (let n = 0; n < 6; n++) listeners.push(await bob.listens());
      for (let n = 0; n < 4; n++) await ada.does('POST', `/api/rooms/${room.id}/typing`);
      for (const listener of listeners) await listener.hears(4, 'typing');
      for (const listener of listeners) expect(listener.of('typing')).toHaveLength(4);
    } finally {
      await Promise.all(listeners.map((listener) => listener.close()));
      await carillon.stop();
      rmSync(carillon.folder, { recursive: true, force: true });
    }
  });
});

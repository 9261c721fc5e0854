import type { Message } from '../src/rooms/message.js';
import type { Room } from '../src/rooms/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { everythingIn } from './support/everything.js';
import type { RawListener } from './support/listener.js';
import { Person } from './support/people.js';

describe.each(ENGINES)('what is deleted on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let here: RunningApplication;
  let there: RunningApplication;
  let ada: Person;
  let bob: Person;
  let room: Room;
  const listeners: RawListener[] = [];

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    const environment = { DATABASE_URL: database, SIGN_IN_ATTEMPTS: '0' };
    here = await startApplication(environment);
    there = await startApplication(environment);
    [ada, bob] = [await Person.signUp(here.url, 'ada'), await Person.signUp(here.url, 'bob')];
    room = await ada.makes('Analysis');
    await bob.joins(room);
  });
  afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.close())));
  afterAll(async () => {
    await there.stop();
    await here.stop();
    await engine.stop();
  });

  const listening = async (person: Person, cursor = '') => {
    const listener = await person.listens(`/api/events?lastEventId=${cursor}`);
    listeners.push(listener);
    return listener;
  };
  /** What is told from the beginning, by a node that has caught up with `last`. */
  const replayed = async (application: RunningApplication, last: string) => {
    const listener = await listening(bob.at(application.url), 'earliest');
    return listener.until(({ events }) => events.some(({ id }) => id === last));
  };
  const pathOf = ({ id }: Message) => `/api/rooms/${room.id}/messages/${id}`;

  it('a message leaves its text in no table, and in no replay of any node, from its memory or from the log', async () => {
    const heard = await listening(bob.at(there.url));
    const kept = await ada.says(room, 'A kept sentence about quagga.');
    const message = await ada.says(room, 'A passing zyzzyva, @bob!');
    // Its last message is in what the one who joins is told.
    const cy = await Person.signUp(here.url, 'cy');
    await cy.joins(room);
    await heard.hears(2, 'message.posted');
    await heard.hears(1, 'member.joined');
    // Puts pages of a replay together, which the node keeps for the next one.
    for (const node of [here, there]) {
      const before = await replayed(node, heard.of('member.joined').at(-1)!.id!);
      expect(before.body).toContain('zyzzyva');
    }
    expect(await everythingIn(database)).toContain('zyzzyva');

    await ada.does('DELETE', pathOf(message));
    expect(await everythingIn(database)).not.toContain('zyzzyva');
    expect(await everythingIn(database)).toContain('quagga');
    await heard.hears(1, 'message.deleted');
    expect(heard.of('reset')).toEqual([]);
    const { id } = heard.of('message.deleted')[0]!;
    for (const node of [here, there, await startAgain()]) {
      const after = await replayed(node, id!);
      expect(after.body).not.toContain('zyzzyva');
      const posted = after.of('message.posted').map(({ data }) => data);
      expect(posted).toContainEqual(kept);
      expect(posted).toContainEqual({ ...message, text: null });
      // From a place inside the page that was kept.
      const again = await listening(bob.at(node.url), after.of('message.posted')[0]!.id);
      await again.until(({ events }) => events.some((event) => event.id === id));
      expect(again.body).not.toContain('zyzzyva');
    }
  });

  it('an edit leaves the text until then in no table and no replay, and the next one that of the first', async () => {
    const heard = await listening(bob.at(there.url));
    const message = await ada.says(room, 'The first wording: xylograph');
    await ada.does('PATCH', pathOf(message), { text: 'The second wording: yttrium' });
    expect(await everythingIn(database)).not.toContain('xylograph');
    await ada.does('PATCH', pathOf(message), { text: 'The third wording: zircon' });
    expect(await everythingIn(database)).not.toMatch(/xylograph|yttrium/);
    await heard.hears(2, 'message.edited');
    const { id } = heard.of('message.edited')[1]!;
    for (const node of [here, there]) {
      const { body } = await replayed(node, id!);
      expect(body).not.toMatch(/xylograph|yttrium/);
      expect(body).toContain('zircon');
    }
  });

  it('is not taken for a database that was set back by a node that has told of it last', async () => {
    const heard = await listening(bob.at(there.url));
    const message = await ada.says(room, 'wombat');
    await heard.hears(1, 'message.posted');
    await ada.does('DELETE', pathOf(message));
    await heard.hears(1, 'message.deleted');
    const { id } = await ada.says(room, 'after it');
    await heard.until(({ events }) => JSON.stringify(events).includes(id));
    expect(heard.of('reset')).toEqual([]);
  });

  let restarted: RunningApplication | undefined;
  const startAgain = async () =>
    (restarted = await startApplication({ DATABASE_URL: database, SIGN_IN_ATTEMPTS: '0' }));
  afterEach(async () => {
    await restarted?.stop();
    restarted = undefined;
  });
});

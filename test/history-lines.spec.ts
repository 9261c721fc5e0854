import type { HistoryLine } from '../src/rooms/lines/history-line.js';
import { changesBetween, type Line, withChange } from '../src/rooms/lines/line-change.js';
import type { EventData } from '../client/src/store/events.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { PASSWORD, Person } from './support/people.js';
import type { ReceivedEvent } from './support/raw-subscriber.js';
import { problemCode } from './support/requests.js';

describe.each(ENGINES)('the lines of a history on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let people: Person[];
  let ada: Person;
  let room: Room;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
    const names = ['ada', 'bob', 'cy', 'dot', 'eve', 'fay'];
    people = await Promise.all(names.map((name) => Person.signUp(application.url, name)));
    ada = people[0]!;
  });
  beforeEach(async () => {
    room = await ada.makes('Analysis');
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const lines = (query = 'from=0', who = ada) =>
    who.gets<HistoryLine[]>(`/api/rooms/${room.id}/lines?${query}`);
  const leaves = (who: Person) => who.does('DELETE', `/api/rooms/${room.id}/members/${who.id}`);
  const changes = (body: object) => ada.does('PATCH', `/api/rooms/${room.id}`, body);
  const line = (seq: number, kind: string, text: string | null = null) => ({
    seq,
    kind,
    count: 1,
    userIds: [] as string[],
    text,
  });

  it('have their place after a message, and are read in parts', async () => {
    const [, bob, cy] = people as [Person, Person, Person];
    await ada.says(room, 'one');
    await bob.joins(room);
    for (const name of ['Synthesis', 'Theory']) await changes({ name });
    await changes({ archived: true });
    await changes({ archived: false, topic: 'Notes' });
    await ada.says(room, 'two');
    await leaves(bob);
    await changes({ topic: null });
    const joined = [{ ...line(0, 'joined'), userIds: [ada.id] }];
    const afterOne = [
      { ...line(1, 'joined'), userIds: [bob.id] },
      line(1, 'renamed', 'Theory'),
      line(1, 'topic', 'Notes'),
    ];
    const afterTwo = [{ ...line(2, 'left'), userIds: [bob.id] }, line(2, 'topic')];
    expect(await lines()).toEqual([...joined, ...afterOne, ...afterTwo]);
    expect(await lines('from=0&limit=1')).toEqual(joined);
    expect(await lines('from=1&limit=1')).toEqual(afterOne);
    for (const query of ['from=0&limit=101', 'from=x'])
      expect((await ada.send('GET', `/api/rooms/${room.id}/lines?${query}`)).status).toBe(400);
    const refused = await cy.send('GET', `/api/rooms/${room.id}/lines?from=0`);
    expect([refused.status, await problemCode(refused)]).toEqual([403, 'forbidden']);
  });

  it('name three users and count the others, and follow from the events of the room', async () => {
    const received = await ada.listens(`/api/events?topic=rooms&topic=rooms/${room.id}`);
    const [, bob, cy, dot, eve, fay] = people as [Person, Person, Person, Person, Person, Person];
    await ada.says(room, 'one');
    for (const person of [bob, cy, dot, eve, fay]) await person.joins(room);
    await leaves(cy);
    await leaves(fay);
    await fay.joins(room);
    await leaves(fay);
    await changes({ name: 'Synthesis' });
    expect(await lines('from=1')).toEqual([
      { ...line(1, 'joined'), count: 4, userIds: [bob.id, dot.id] },
      { ...line(1, 'left'), userIds: [fay.id] },
      line(1, 'renamed', 'Synthesis'),
    ]);
    const last = await ada.says(room, 'two');
    await leaves(bob);
    await bob.joins(room);
    const end = await ada.says(room, 'end');
    await received.until(({ events }) => JSON.stringify(events).includes(end.id));
    expect(await lines(`from=${last.seq}`)).toEqual([]);
    expect(foldAll(received.events, room)).toEqual(await lines('from=1'));
    await received.close();
  });

  it('are absent in direct conversations, and keep only the id of an erased user', async () => {
    const gone = await Person.signUp(application.url, `gone${Date.now()}`);
    const direct = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: gone.id });
    expect(await ada.gets(`/api/rooms/${direct.id}/lines?from=0`)).toEqual([]);
    await gone.joins(room);
    await ada.says(room, 'one');
    const received = await ada.listens();
    await gone.does('DELETE', '/api/me', { password: PASSWORD });
    await received.receives(1, 'member.left');
    await received.close();
    expect((await lines('from=1')).map(({ kind, userIds }) => [kind, userIds])).toEqual([
      ['left', [gone.id]],
    ]);
  });
});

/** The lines after the first message, derived from the events as the page does. */
function foldAll(events: readonly ReceivedEvent[], { name, topic }: Room) {
  let [seq, described] = [0, { name, topic } as Pick<Room, 'name' | 'topic'>];
  const lines = new Map<number, readonly Line[]>();
  for (const { type, data } of events) {
    const changes = [];
    if (type === 'message.posted') seq = (data as EventData['message.posted']).seq;
    if (type === 'member.joined') {
      const { member } = data as EventData['member.joined'];
      changes.push({ kind: 'joined' as const, userId: member.userId });
    }
    if (type === 'member.left') {
      const { userId } = data as EventData['member.left'];
      changes.push({ kind: 'left' as const, userId });
    }
    if (type === 'room.updated') {
      const room = data as Room;
      changes.push(...changesBetween(described, room));
      described = room;
    }
    lines.set(seq, changes.reduce(withChange, lines.get(seq) ?? []));
  }
  return [...lines].flatMap(([seq, all]) => all.map((line) => ({ seq, ...line })));
}

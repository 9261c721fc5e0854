import { randomUUID } from 'node:crypto';
import { MAX_FOLLOWERS } from '../src/rooms/room/limits.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import type { UnreadThread } from '../src/rooms/threads/unread-thread.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { tablesIn, unfinished } from './support/everything.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PASSWORD, Person } from './support/people.js';
import type { RawSubscriber } from './support/raw-subscriber.js';
import { problemOf } from './support/requests.js';
import { until } from './support/wait.js';

describe.each(ENGINES)('threads on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let cy: Person;
  let room: Room;

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: database, SIGN_IN_ATTEMPTS: '0' });
    ada = await Person.signUp(application.url, 'ada');
    bob = await Person.signUp(application.url, 'bob');
    cy = await Person.signUp(application.url, 'cy');
  });
  beforeEach(async () => {
    room = await ada.makes('Analysis');
    for (const other of [bob, cy]) await other.joins(room);
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const inRoom = () => `/api/rooms/${room.id}`;
  const read = ({ id }: Message) => ada.gets<Message>(`${inRoom()}/messages/${id}`);
  const removes = (who: Person, { id }: Message) =>
    who.does('DELETE', `${inRoom()}/messages/${id}`);
  const unreadOf = async (who: Person) => {
    const threads = await who.gets<UnreadThread[]>('/api/me/threads');
    return threads
      .filter(({ roomId }) => roomId === room.id)
      .map(({ seq, unread }) => [seq].concat(unread));
  };
  const changesOf = (stream: RawSubscriber) => stream.of('thread.changed').map(({ data }) => data);

  it('contain the replies to replies, and are counted at their first message', async () => {
    const question = await ada.says(room, 'Shall we?');
    expect(question).toMatchObject({ threadOf: null, thread: null });
    const first = await bob.repliesTo(question, 'Certainly');
    const between = await bob.says(room, 'Something else');
    const second = await ada.repliesTo(first, 'Now?');
    expect(second).toMatchObject({ replyTo: first.seq, threadOf: question.seq, thread: null });
    const thread = { replies: 2, lastSeq: second.seq, lastAt: second.createdAt };
    expect(await read(question)).toEqual({ ...question, thread });
    expect(await read(first)).toEqual(first);

    await removes(ada, second);
    expect((await read(question)).thread).toEqual({ ...thread, replies: 1 });
    await removes(ada, second);
    expect((await read(question)).thread?.replies).toBe(1);
    const text = `/api/rooms/${room.id}/messages/${question.id}`;
    await ada.does('PATCH', text, { text: 'Shall we go?' });
    const other = await bob.repliesTo(between, 'Which?');
    const list = await cy.gets<Message[]>(`${inRoom()}/threads`);
    expect(list.map(({ seq }) => seq)).toEqual([between.seq, question.seq]);
    await removes(bob, other);
    expect(await cy.gets<Message[]>(`${inRoom()}/threads?limit=1`)).toEqual([await read(question)]);
  });

  it('are read in pages, forwards and backwards', async () => {
    const question = await ada.says(room, 'Count!');
    const replies: Message[] = [];
    for (const text of ['one', 'two', 'three']) {
      replies.push(await bob.repliesTo(question, text));
      await bob.says(room, 'noise');
    }
    const [one, two, three] = replies as [Message, Message, Message];
    const path = `${inRoom()}/threads/${question.seq}/replies`;
    const page = async (query: string) => {
      const response = await ada.send('GET', path + query);
      const links = [...(response.headers.get('Link') ?? '').matchAll(/\?([^>]*)>; rel="(\w+)"/g)];
      return [await response.json(), Object.fromEntries(links.map(([, to, name]) => [name, to]))];
    };
    expect(await page('')).toEqual([replies, {}]);
    expect(await page('?limit=2')).toEqual([[two, three], { prev: `limit=2&before=${two.seq}` }]);
    expect(await page(`?limit=2&before=${two.seq}`)).toEqual([
      [one],
      { next: `limit=2&after=${one.seq}` },
    ]);
    expect(await page(`?limit=1&after=${one.seq}`)).toEqual([
      [two],
      { prev: `limit=1&before=${two.seq}`, next: `limit=1&after=${two.seq}` },
    ]);
    expect(await page(`?after=${question.seq}`)).toEqual([replies, {}]);
    const beyond = Number.MAX_SAFE_INTEGER;
    const [, { prev }] = (await page(`?limit=2&after=${beyond}`)) as [unknown, { prev: string }];
    expect(await page(`?${prev}`)).toEqual([[two, three], { prev: `limit=2&before=${two.seq}` }]);
    for (const [of, query, field] of [
      ['0', '', 'seq'],
      ['x', '', 'seq'],
      ['1', '?before=1&after=1', 'before'],
    ]) {
      const refused = await ada.send('GET', `${inRoom()}/threads/${of}/replies${query}`);
      expect(refused.status).toBe(400);
      expect((await problemOf(refused)).errors?.[0]?.field).toBe(field);
    }
  });

  it('exist for each message that is no reply, also without replies', async () => {
    const question = await ada.says(room, 'Nobody answers');
    const { seq } = await bob.repliesTo(await ada.says(room, 'Anyone?'), 'Yes');
    const pathOf = (of: number) => `${inRoom()}/threads/${of}`;
    const markRead = (of: number) => ada.send('PUT', `${pathOf(of)}/read`, { seq: 1 });
    expect(await ada.gets(`${pathOf(question.seq)}/replies`)).toEqual([]);
    expect((await markRead(question.seq)).status).toBe(200);
    for (const none of [seq, seq + 1, 999_999_999_999_999])
      for (const refused of [
        await ada.send('GET', `${pathOf(none)}/replies`),
        await markRead(none),
      ]) {
        expect(refused.status).toBe(404);
        expect((await problemOf(refused)).detail).toBe(
          `No thread of this room begins with a message ${none}.`,
        );
      }
  });

  it('are unread for their author, for who replied and for who is mentioned in them', async () => {
    const dan = await Person.signUp(application.url, 'dan');
    await dan.joins(room);
    const question = await ada.says(room, 'Who comes, @bob?');
    const reply = await cy.repliesTo(question, 'Me');
    expect(await unreadOf(ada)).toEqual([[question.seq, reply.seq]]);
    expect(await unreadOf(bob)).toEqual([[question.seq, reply.seq]]);
    expect(await unreadOf(cy)).toEqual([]);
    expect(await unreadOf(dan)).toEqual([]);

    const mention = await cy.repliesTo(question, `And you, @dan?`);
    expect(await unreadOf(dan)).toEqual([[question.seq, reply.seq, mention.seq]]);
    await removes(cy, reply);
    expect(await unreadOf(dan)).toEqual([[question.seq, mention.seq]]);
    const own = await dan.repliesTo(mention, 'No');
    expect(await unreadOf(dan)).toEqual([]);
    expect(await unreadOf(cy)).toEqual([[question.seq, own.seq]]);
  });

  it('state on the stream of each follower what they cannot derive from the room', async () => {
    const ofAda = await ada.listens();
    const ofBob = await bob.listens();
    const ofCy = await cy.listens();
    const streams = [ofAda, ofBob, ofCy];
    const question = await ada.says(room, 'Ready?');
    const first = await bob.repliesTo(question, 'Almost');
    const second = await bob.repliesTo(question, 'Now');
    const state = { roomId: room.id, seq: question.seq };
    const path = `${inRoom()}/threads/${question.seq}/read`;
    const marker = { ...state, readSeq: first.seq, unread: [second.seq] };
    expect(await ada.does('PUT', path, { seq: first.seq })).toEqual(marker);
    expect(await ada.does('PUT', path, { seq: 0 })).toEqual(marker);
    const allRead = { ...state, readSeq: second.seq, unread: [] };
    expect(await ada.does('PUT', path, { seq: second.seq + 99 })).toEqual(allRead);
    const third = await bob.repliesTo(question, 'Really');
    await ada.does('PUT', `${inRoom()}/read`, { seq: third.seq });
    expect(await unreadOf(ada)).toEqual([]);
    await ada.does('PUT', `${inRoom()}/unread`, { seq: 1 });
    expect(await unreadOf(ada)).toEqual([]);
    await ada.does('PUT', `${inRoom()}/read`, { seq: third.seq });
    const fourth = await bob.repliesTo(question, 'Really, @cy');
    await bob.does('PATCH', `${inRoom()}/messages/${first.id}`, { text: 'Almost, @ada' });
    expect(await cy.does('PUT', path, { seq: 1 })).toMatchObject({
      unread: [first.seq, second.seq, third.seq, fourth.seq],
    });
    const end = await ada.says(room, 'end');
    for (const stream of streams)
      await stream.until(({ events }) => JSON.stringify(events).includes(end.id));
    expect(changesOf(ofBob)).toEqual([]);
    expect(changesOf(ofCy)).toEqual([
      { ...state, readSeq: question.seq, unread: [first.seq, second.seq, third.seq, fourth.seq] },
    ]);
    expect(changesOf(ofAda)).toEqual([
      { ...state, readSeq: question.seq, unread: [first.seq] },
      marker,
      allRead,
      { ...state, readSeq: second.seq, unread: [third.seq] },
      { ...state, readSeq: third.seq, unread: [fourth.seq] },
    ]);
    for (const stream of streams) await stream.close();
  });

  it('are not followed by who leaves, nor with more than the maximum of followers', async () => {
    const question = await ada.says(room, 'For @cy');
    const reply = await bob.repliesTo(question, 'So?');
    await cy.does('DELETE', `${inRoom()}/members/${cy.id}`);
    expect(await unreadOf(cy)).toEqual([]);
    await cy.joins(room);
    expect(await unreadOf(cy)).toEqual([]);
    expect((await cy.send('GET', `${inRoom()}/threads/${question.seq}/replies`)).status).toBe(200);

    const crowd = Array.from({ length: MAX_FOLLOWERS - 3 }, () => randomUUID());
    await runAsOtherProgram(
      database,
      crowd
        .map(
          (id) => `insert into users (id, firstname, lastname, created_at, updated_at)
           values ('${id}', 'A', 'B', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');
           insert into thread_followers (room_id, seq, user_id, read_seq)
           values ('${room.id}', ${question.seq}, '${id}', 1);`,
        )
        .join('\n'),
    );
    const late = await Person.signUp(application.url, 'late');
    await late.joins(room);
    await bob.repliesTo(reply, `What do you think, @late and @cy?`);
    expect(await unreadOf(cy)).toHaveLength(1);
    expect(await unreadOf(late)).toHaveLength(0);
  });

  it('are exported, and forgotten with the account', async () => {
    const eve = await Person.signUp(application.url, 'eve');
    const direct = await eve.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: bob.id });
    await eve.joins(room);
    const question = await eve.says(room, 'My last question');
    const replies = [await bob.repliesTo(question, 'Ask'), await eve.repliesTo(question, 'Why?')];
    await bob.repliesTo(await eve.says(direct, 'Bye'), 'Bye');
    const { threads } = await eve.gets<{ threads: object[] }>('/api/me/export');
    expect(threads).toHaveLength(2);
    expect(threads).toContainEqual({
      roomId: room.id,
      seq: question.seq,
      readSeq: question.seq,
    });
    await eve.does('DELETE', '/api/me', { password: PASSWORD, messages: 'delete' });
    await until(async () => (await unfinished(database)) === 0);
    expect((await tablesIn(database)).get('thread_followers')).not.toContain(eve.id);
    expect(await read(question)).toMatchObject({
      text: null,
      thread: { replies: 1, lastSeq: replies[1]!.seq },
    });
  });
});

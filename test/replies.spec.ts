import { randomUUID } from 'node:crypto';
import type { Message } from '../src/rooms/room/message.js';
import type { Membership, Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Person } from './support/people.js';
import { problemOf } from './support/requests.js';

describe.each(ENGINES)('replies on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let room: Room;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
    [ada, bob] = [
      await Person.signUp(application.url, 'ada'),
      await Person.signUp(application.url, 'bob'),
    ];
    room = await ada.makes('Analysis');
    await bob.joins(room);
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const post = (body: object) =>
    ada.send('POST', `/api/rooms/${room.id}/messages`, { clientId: randomUUID(), ...body });

  it('name their message wherever they are read, also after an edit', async () => {
    const received = await bob.listens();
    const question = await ada.says(room, 'Shall we?');
    expect(question.replyTo).toBeNull();
    const answer = await bob.repliesTo(question, 'Certainly');
    expect(answer).toMatchObject({ replyTo: question.seq, seq: question.seq + 1 });
    await received.receives(2, 'message.posted');
    expect(received.of('message.posted')[1]!.data).toEqual(answer);
    const page = await ada.gets<Message[]>(`/api/rooms/${room.id}/messages`);
    const thread = { replies: 1, lastSeq: answer.seq, lastAt: answer.createdAt };
    expect(page).toEqual([{ ...question, thread }, answer]);
    expect(await ada.gets('/api/messages?q=certainly')).toEqual([answer]);
    const [mine] = await ada.gets<Membership[]>('/api/me/rooms');
    expect(mine!.lastMessage).toEqual(answer);
    const path = `/api/rooms/${room.id}/messages/${answer.id}`;
    await bob.does('PATCH', path, { text: 'Certainly not' });
    expect(await ada.gets(path)).toMatchObject({ text: 'Certainly not', replyTo: question.seq });
    await received.close();
  });

  it('keep their place when their message is deleted, to which one can still reply', async () => {
    const question = await ada.says(room, 'A mistake');
    const answer = await bob.repliesTo(question, 'Indeed');
    await ada.does('DELETE', `/api/rooms/${room.id}/messages/${question.id}`);
    expect(await ada.gets(`/api/rooms/${room.id}/messages/${answer.id}`)).toEqual(answer);
    expect((await bob.repliesTo(question, 'It was')).replyTo).toBe(question.seq);
  });

  it('are posted once, and are another message than one that replies to something else', async () => {
    const question = await ada.says(room, 'Once?');
    const reply = { clientId: randomUUID(), text: 'Once', replyTo: question.seq };
    const first = (await (await post(reply)).json()) as Message;
    expect(await (await post(reply)).json()).toEqual(first);
    expect((await post({ ...reply, replyTo: null })).status).toBe(422);
    expect((await post({ ...reply, replyTo: question.seq - 1 })).status).toBe(422);
  });

  it('are refused if there is no such message in the room, and leave no gap', async () => {
    const last = await ada.says(room, 'The last one');
    const { seq } = last;
    for (const replyTo of [seq + 1, seq + 2, 0, -1, 1.5, String(seq), [seq]]) {
      const response = await post({ text: 'To what?', replyTo });
      expect(response.status).toBe(422);
      expect((await problemOf(response)).errors?.[0]?.field).toBe('replyTo');
    }
    expect((await ada.repliesTo(last, 'To it')).seq).toBe(seq + 1);
  });
});

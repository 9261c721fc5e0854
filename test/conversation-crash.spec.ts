import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Message } from '../src/rooms/room/message.js';
import { LEVELS } from '../src/rooms/room/notification-level.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Follower } from './support/follower.js';
import { filePath, photo, postsFiles, uploads } from './support/uploads.js';
import { Person } from './support/people.js';
import { CarillonProcess } from './support/process.js';
import { until } from './support/wait.js';

const ROUNDS = 3;
const withReaction = (message: Message, emoji: string, { id }: Person): Message => ({
  ...message,
  reactions: [{ emoji, userIds: [id] }],
});
const threadOf = ({ seq, createdAt }: Message) => ({ replies: 1, lastSeq: seq, lastAt: createdAt });
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each(ENGINES)('a conversation on $name', ({ start }) => {
  let engine: EngineUnderTest;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  it('with an image, a reply, reactions and what its members have marked survives kill -9 after each response', async () => {
    const settings = { DATABASE_URL: await engine.createDatabase(), SIGN_IN_ATTEMPTS: '0' };
    let carillon = await CarillonProcess.start(settings);
    const { port, folder, url } = carillon;
    const restart = async () => {
      await carillon.kill();
      carillon = await CarillonProcess.start(settings, port, folder);
    };
    const [ada, bob] = await Promise.all(['ada', 'bob'].map((name) => Person.signUp(url, name)));
    const room = await ada!.makes('Analysis');
    await bob!.joins(room);
    const path = `/api/rooms/${room.id}`;
    const follower = new Follower([{ url }], { path: '/api/events', headers: bob!.bearer });

    const bytes = await photo();
    const expected: Message[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const file = await uploads(ada!, room, bytes, { name: `bridge-${round}.jpg` });
      await ada!.does('PUT', `${path}/notifications`, { level: LEVELS[round] });
      await restart();
      const picture = await postsFiles(ada!, room, [file]);
      for (const mark of ['pin', 'saved'])
        await ada!.does('PUT', `${path}/messages/${picture.id}/${mark}`);
      await restart();
      const reply = await bob!.repliesTo(picture, `Where is bridge ${round}?`);
      await ada!.reacts(reply, '👍');
      await bob!.reacts(picture, '🌉');
      await ada!.does('PUT', `${path}/threads/${picture.seq}/read`, { seq: reply.seq });
      await ada!.does('PUT', `${path}/favourite`);
      await restart();
      expected.push(
        withReaction({ ...picture, thread: threadOf(reply) }, '🌉', bob!),
        withReaction(reply, '👍', ada!),
      );
    }

    const pictures = expected.filter(({ thread }) => thread !== null).toReversed();
    const marked = pictures.map(({ id }) => ({ message: { id } }));
    expect(await ada!.gets('/api/me/saved')).toMatchObject(marked);
    expect(await ada!.gets(`${path}/pins`)).toMatchObject(marked);
    expect(await ada!.gets('/api/me/threads')).toEqual([]);
    const saved = pictures.map(({ seq }) => seq).toReversed();
    expect(await ada!.gets('/api/me/rooms')).toMatchObject([
      { level: 'nothing', favourite: true, saved },
    ]);

    const messages = await bob!.gets<Message[]>(`${path}/messages`);
    expect(messages).toEqual(expected);
    for (const { files } of messages)
      for (const { id } of files) {
        const response = await bob!.send('GET', filePath(room, id));
        expect(digest(await response.bytes())).toBe(digest(bytes));
      }
    const typed = (type: string) => follower.events.filter((event) => event.type === type);
    await until(() => typed('reaction.added').length >= 2 * ROUNDS);
    expect(typed('message.posted').map(({ data }) => data)).toEqual(
      expected.map(({ id }) => expect.objectContaining({ id })),
    );
    expect(typed('reaction.added')).toHaveLength(2 * ROUNDS);
    expect(typed('message.pinned')).toHaveLength(ROUNDS);
    expect(follower.resets).toEqual([]);
    await follower.close();
    await carillon.stop();
    rmSync(folder, { recursive: true });
  });
});
